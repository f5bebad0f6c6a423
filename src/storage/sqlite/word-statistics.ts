import type { DatabaseSync } from 'node:sqlite';
import { statement } from './connection.ts';
import { integer } from './rows.ts';
import { anyOf, type TextScope } from './scoped-terms.ts';

/** Counts that are worth remembering, as counting takes a tenth of a microsecond a message; and for how long. */
const WORTH_KEEPING = 5_000;
const KEPT_MS = 60_000;
const KEPT = 10_000;

const MATCHES = 'SELECT count(*) AS n FROM text_index WHERE text_index MATCH ?';
const OF_OWNER = 'SELECT messages AS n FROM owners WHERE owner_row = ?';
const OF_TENANT = 'SELECT total(messages) AS n FROM owners WHERE tenant_row = ?';

type Counted = { readonly frequency: number; readonly until: number };
const known = new WeakMap<DatabaseSync, Map<string, Counted>>();

/** How many messages of the scope have a term, in any field. Of a common one, as many as had it a minute ago at most. */
export function frequencyOf(db: DatabaseSync, term: string, scope: TextScope): number {
  if (term === '') return 0;
  const counts = known.get(db) ?? new Map<string, Counted>();
  known.set(db, counts);
  const match = anyOf([term], scope);
  const counted = counts.get(match);
  if (counted !== undefined && counted.until > performance.now()) return counted.frequency;
  const frequency = integer(statement(db, MATCHES).get(match) ?? {}, 'n');
  if (frequency >= WORTH_KEEPING) {
    if (counts.size >= KEPT) counts.clear();
    counts.set(match, { frequency, until: performance.now() + KEPT_MS });
  }
  return frequency;
}

/** How many messages the scope has. */
export function messagesIn(db: DatabaseSync, { tenantRow, ownerRow }: TextScope): number {
  const row = ownerRow === null ? statement(db, OF_TENANT).get(tenantRow) : statement(db, OF_OWNER).get(ownerRow);
  return integer(row ?? {}, 'n');
}
