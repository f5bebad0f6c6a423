import type { DatabaseSync } from 'node:sqlite';
import type { MessageFilter } from '../../core/filter.ts';
import type { Scope } from '../../core/identity.ts';
import { termOf } from '../../core/words.ts';
import type { KeywordCandidates, KeywordQuery } from '../candidates.ts';
import { statement } from './connection.ts';
import { isUnfiltered } from './filters.ts';
import { integer, KEY_COLUMNS, messageKeyOf, type Row } from './rows.ts';
import { firstCut, LOOKED_AT, type CountedTerm } from './first-cut.ts';
import { anyOf, type TextScope } from './scoped-terms.ts';
import { findable, searchScope } from './search-scope.ts';
import { COUNTED_COLUMNS, wordCounts } from './word-counts.ts';
import { frequencyOf, messagesIn } from './word-statistics.ts';
import { defineHasPhrase, demandsNothing, meets } from './word-constraints.ts';

type Args = {
  readonly scope: Scope;
  readonly query: KeywordQuery;
  readonly filter: MessageFilter;
  readonly limit: number;
  readonly now: number;
};

/** What was found, and in which rows. */
type Found = KeywordCandidates & { readonly messageRows: readonly number[] };

const NONE: Found = { candidates: [], messageRows: [], statistics: null };

// The weights of the first cut, in the columns' order: text, author, said, previous, earlier, next. The ranking's own
// are finer; these only have to bring what it wants to see.
const FIT = 'bm25(text_index, 1.0, 2.0, 1.0, 0.5, 0.4, 0.25)';

const JOINS = `CROSS JOIN messages m ON m.message_row = f.rowid
  CROSS JOIN threads t ON t.thread_row = m.thread_row
  CROSS JOIN owners o ON o.owner_row = m.owner_row
  CROSS JOIN tenants te ON te.tenant_row = o.tenant_row`;

/** The best messages by words. */
export function byKeyword(db: DatabaseSync, { scope, query, filter, limit, now }: Args): Found {
  const terms = query.terms.map(termOf);
  const whose = searchScope(db, scope, filter);
  const sought = [...new Set(terms)].filter((term) => term !== '');
  if (whose === null || sought.length === 0) return NONE;
  defineHasPhrase(db);
  const visible = findable(scope, filter);
  const met = meets(query, whose);
  const condition = {
    sql: `(${visible.sql}) AND (${met.sql})`,
    params: { ...visible.params, ...met.params, now },
    keepsNearlyAll: isUnfiltered(filter) && demandsNothing(query),
  };
  const counted = sought.map((term) => ({ term, frequency: frequencyOf(db, term, whose) }));
  const rows = best(db, { counted, whose, condition, limit });
  const counts = wordCounts(rows, terms);
  const frequencies = new Map(counted.map(({ term, frequency }) => [term, frequency]));
  return {
    candidates: counts.map((its, at) => ({ key: messageKeyOf(rows[at] ?? {}, scope), counts: its })),
    messageRows: rows.map((row) => integer(row, 'message_row')),
    statistics: {
      messages: messagesIn(db, whose),
      frequencies: terms.map((term) => frequencies.get(term) ?? 0),
    },
  };
}

type Condition = {
  readonly sql: string;
  readonly params: Readonly<Record<string, string | number | bigint | null | Uint8Array>>;
  /** Whether it leaves out little: only what is superseded or has expired. */
  readonly keepsNearlyAll: boolean;
};

type Lookup = {
  readonly counted: readonly CountedTerm[];
  readonly whose: TextScope;
  readonly condition: Condition;
  readonly limit: number;
};

/** The best of a first cut, if there is one; where the condition leaves too few of those, the best of all. */
function best(db: DatabaseSync, { counted, whose, condition, limit }: Lookup): Row[] {
  const cut = firstCut(counted, whose);
  if (cut !== null) {
    // Of a cut that is still too large, the newest.
    const rows = bestOf(db, { match: cut, most: 2 * LOOKED_AT }, condition, limit);
    if (rows.length === limit) return rows;
  }
  const all = anyOf(
    counted.map(({ term }) => term),
    whose,
  );
  return bestOf(db, { match: all, most: ALL }, condition, limit);
}

/** As a LIMIT of SQLite's: none. */
const ALL = -1;

const MATCHED = `SELECT rowid, ${FIT} AS fit FROM text_index WHERE text_index MATCH :match
  ORDER BY rowid DESC LIMIT +:most`;
const FOUND = `SELECT m.message_row, ${KEY_COLUMNS}, ${COUNTED_COLUMNS}`;
const IN_ORDER = 'ORDER BY f.fit, f.rowid DESC';

/** The best matches that the condition keeps, of so many that are looked at. */
function bestOf(
  db: DatabaseSync,
  { match, most }: { match: string; most: number },
  condition: Condition,
  limit: number,
): Row[] {
  const params = { ...condition.params, match, most };
  if (!condition.keepsNearlyAll) {
    const kept = `SELECT f.rowid, f.fit FROM matched f ${JOINS} WHERE ${condition.sql} ${IN_ORDER} LIMIT +:limit`;
    const found = `WITH matched AS (${MATCHED}), kept AS (${kept}) ${FOUND} FROM kept f ${JOINS} ${IN_ORDER}`;
    return statement(db, found).all({ ...params, limit });
  }
  // The best are taken first and then looked at: when some of them are not visible, more are taken.
  const first = `WITH matched AS (SELECT * FROM (${MATCHED}) ORDER BY fit, rowid DESC LIMIT +:taken)`;
  for (let taken = limit; ; taken *= 4) {
    const looked = `${FOUND}, (${condition.sql}) AS visible FROM matched f ${JOINS} ${IN_ORDER}`;
    const rows = statement(db, `${first} ${looked}`).all({ ...params, taken });
    const visible = rows.filter((row) => row['visible'] === 1).slice(0, limit);
    if (visible.length === limit || rows.length < taken) return visible;
  }
}
