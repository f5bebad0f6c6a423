import type { Scope } from '../../core/identity.ts';
import { threadKeyText } from '../../core/ids.ts';
import { inScope } from './filters.ts';
import { allOf, fixed, ROWS, type Query } from './query.ts';
import { threadKeyIn, type Item } from './rows.ts';

/**
 * Heads of threads whose removal is not through. There are hardly ever any, so that a query of messages can ask for them
 * alongside: what such a thread still has is not to be found.
 */
export const GONE = fixed("c.kind = 'gone'");

/** The heads in a scope of threads whose removal is not through. */
export function goneHeads(scope: Scope): Query {
  const where = allOf([inScope(scope), GONE]);
  const text = `SELECT c.tenantId, c.ownerId, c.threadId, c.kind FROM c WHERE ${where.sql}`;
  return { ...where, text, within: null, pipeline: false, rows: ROWS };
}

/** Rows without the heads of threads that are gone, and without what those threads have left. */
export function withoutGone(rows: readonly Item[], heads: readonly Item[] = rows): Item[] {
  const threadOf = (row: Item): string => threadKeyText(threadKeyIn(row));
  const gone = new Set(heads.filter(isGone).map(threadOf));
  return gone.size === 0 ? [...rows] : rows.filter((row) => !gone.has(threadOf(row)));
}

function isGone(row: Item): boolean {
  return row['kind'] === 'gone';
}
