import type { DatabaseSync } from 'node:sqlite';
import type { MessageFilter } from '../../core/filter.ts';
import type { Scope } from '../../core/identity.ts';
import { termOf } from '../../core/words.ts';
import type { KeywordCandidates, KeywordQuery } from '../store.ts';
import { statement } from './connection.ts';
import { isUnfiltered } from './filters.ts';
import { integer, KEY_COLUMNS, messageKeyOf, type Row } from './rows.ts';
import { anyOf, type TextScope } from './scoped-terms.ts';
import { findable, searchScope } from './search-scope.ts';
import { wordCounts } from './word-counts.ts';
import { defineHasPhrase, demandsNothing, meets } from './word-constraints.ts';

type Args = {
  readonly scope: Scope;
  readonly query: KeywordQuery;
  readonly filter: MessageFilter;
  readonly limit: number;
  readonly now: number;
};

const NONE: KeywordCandidates = { candidates: [], statistics: null };

// The weights of the first cut, in the columns' order: text, author, said, previous, earlier, next. The ranking's own
// are finer; these only have to bring what it wants to see.
const FIT = 'bm25(text_index, 1.0, 2.0, 1.0, 0.5, 0.4, 0.25)';

const JOINS = `CROSS JOIN messages m ON m.message_row = f.rowid
  CROSS JOIN threads t ON t.thread_row = m.thread_row
  CROSS JOIN owners o ON o.owner_row = m.owner_row
  CROSS JOIN tenants te ON te.tenant_row = o.tenant_row`;

/** The best messages by words. */
export function byKeyword(db: DatabaseSync, { scope, query, filter, limit, now }: Args): KeywordCandidates {
  const terms = query.terms.map(termOf);
  const whose = searchScope(db, scope, filter);
  const sought = [...new Set(terms)].filter((term) => term !== '');
  if (whose === null || sought.length === 0) return NONE;
  defineHasPhrase(db);
  const visible = findable(scope, filter);
  const met = meets(query, whose);
  const condition = `(${visible.sql}) AND (${met.sql})`;
  const params = { ...visible.params, ...met.params, now, match: anyOf(sought, whose) };
  const rows =
    isUnfiltered(filter) && demandsNothing(query)
      ? bestOfAll(db, condition, params, limit)
      : bestOfFiltered(db, condition, params, limit);
  const counts = wordCounts(
    db,
    rows.map((row) => integer(row, 'message_row')),
    terms,
  );
  return {
    candidates: counts.map((its, at) => ({ key: messageKeyOf(rows[at] ?? {}, scope), counts: its })),
    statistics: { messages: messagesIn(db, whose), frequencies: terms.map((term) => frequency(db, term, whose)) },
  };
}

type Params = Readonly<Record<string, string | number | bigint | null | Uint8Array>>;

/** The filter is asked of every match, and the best of what it keeps are taken. */
function bestOfFiltered(db: DatabaseSync, condition: string, params: Params, limit: number): Row[] {
  return statement(
    db,
    `SELECT m.message_row, ${KEY_COLUMNS}, ${FIT} AS fit FROM text_index f ${JOINS}
     WHERE text_index MATCH :match AND ${condition} ORDER BY fit, m.message_row DESC LIMIT :limit`,
  ).all({ ...params, limit });
}

/**
 * With no filter nearly every match is visible: the best are taken first and then looked at, and when some of them are
 * not (superseded, expired), more are taken.
 */
function bestOfAll(db: DatabaseSync, condition: string, params: Params, limit: number): Row[] {
  for (let taken = limit; ; taken *= 4) {
    const rows = statement(
      db,
      `SELECT m.message_row, ${KEY_COLUMNS}, f.fit FROM
         (SELECT rowid, ${FIT} AS fit FROM text_index WHERE text_index MATCH :match ORDER BY fit LIMIT :taken) f
         ${JOINS} WHERE ${condition} ORDER BY f.fit, m.message_row DESC LIMIT :limit`,
    ).all({ ...params, taken, limit });
    if (rows.length >= limit || matches(db, params['match'] ?? null) <= taken) return rows;
  }
}

const MATCHES = 'SELECT count(*) AS n FROM text_index WHERE text_index MATCH ?';

function matches(db: DatabaseSync, match: Params[string]): number {
  return integer(statement(db, MATCHES).get(match) ?? {}, 'n');
}

function frequency(db: DatabaseSync, term: string, whose: TextScope): number {
  return term === '' ? 0 : matches(db, anyOf([term], whose));
}

/** Messages of the scope, near enough: what the threads' heads have counted. */
function messagesIn(db: DatabaseSync, { tenantRow, ownerRow }: TextScope): number {
  const row =
    ownerRow === null
      ? statement(db, 'SELECT total(message_count) AS n FROM threads WHERE tenant_row = ?').get(tenantRow)
      : statement(db, 'SELECT total(message_count) AS n FROM threads WHERE owner_row = ?').get(ownerRow);
  return integer(row ?? {}, 'n');
}
