import type { DatabaseSync } from 'node:sqlite';
import type { Scope } from '../../core/identity.ts';
import { spellingsByTerm } from '../../core/spelling.ts';
import { termOf } from '../../core/words.ts';
import { statement } from './connection.ts';
import { integer } from './rows.ts';
import { scopeSuffix, type TextScope } from './scoped-terms.ts';
import { searchScope } from './search-scope.ts';

/**
 * The text index knows its own terms, so there is no vocabulary to keep beside it: what was deleted is gone from here,
 * too. Each connection makes itself this view of them.
 */
const TERMS = 'CREATE VIRTUAL TABLE IF NOT EXISTS temp.index_terms USING fts5vocab (main, text_index, row)';

// An owner's term is one entry; a tenant's has one for each of its owners, which follow each other: `/` comes after `.`.
const HELD_BY_OWNER = `SELECT j.key AS place, v.doc AS messages
  FROM json_each(:terms) j CROSS JOIN temp.index_terms v ON v.term = j.value || :suffix`;
const HELD_BY_TENANT = `SELECT j.key AS place, sum(v.doc) AS messages
  FROM json_each(:terms) j CROSS JOIN temp.index_terms v
  ON v.term >= j.value || :suffix AND v.term < j.value || rtrim(:suffix, '.') || '/'
  GROUP BY j.key`;

type Args = { readonly scope: Scope; readonly words: readonly string[] };

/** For each word that no message of the scope has: those one letter away that some have, the commonest first. */
export function spellings(db: DatabaseSync, { scope, words }: Args): string[][] {
  const whose = searchScope(db, scope, {});
  if (whose === null) return words.map(() => []);
  db.exec(TERMS);
  return words.map((word) => {
    if (held(db, [termOf(word)], whose).length > 0) return [];
    const all = [...spellingsByTerm(word)];
    return held(
      db,
      all.map(([term]) => term),
      whose,
    )
      .sort((one, other) => other.messages - one.messages)
      .flatMap(({ place }) => all[place]?.[1] ?? []);
  });
}

/** Which of the terms, by their places, the scope's entries of the index have, and in how many messages. */
function held(db: DatabaseSync, terms: readonly string[], whose: TextScope): { place: number; messages: number }[] {
  return statement(db, whose.ownerRow === null ? HELD_BY_TENANT : HELD_BY_OWNER)
    .all({ terms: JSON.stringify(terms), suffix: scopeSuffix(whose) })
    .map((row) => ({ place: integer(row, 'place'), messages: integer(row, 'messages') }));
}
