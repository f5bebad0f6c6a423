import type { Scope } from '../../core/identity.ts';
import { HEAD, inScope } from './filters.ts';
import { allOf, anyOf, given, ROWS, type Query, type Where } from './query.ts';

/** Heads, gone ones too, that owe the ledger something of these days. */
export function owingHeads(scope: Scope, days: { readonly from: string; readonly to: string }): Query {
  const owes = (path: string): Where => ({
    sql: `EXISTS(SELECT VALUE u FROM u IN ${path} WHERE u.day >= @from AND u.day <= @to)`,
    parameters: [
      { name: '@from', value: days.from },
      { name: '@to', value: days.to },
    ],
  });
  const where = allOf([inScope(scope), HEAD, anyOf([owes('c.use'), owes('c.due.lines'), owes('c.pending')])]);
  return {
    ...where,
    text: `SELECT c.tenantId, c.ownerId, c.threadId, c.born, c.generation, c.use, c.due, c.pending, c.ended FROM c WHERE ${where.sql}`,
    within: null,
    pipeline: false,
    rows: ROWS,
  };
}

/** The ledger's rows of these days. */
export function ledgerRows(scope: Scope, days: { readonly from: string; readonly to: string }): Query {
  const where = allOf([inScope(scope), given('c.day >= @', 'from', days.from), given('c.day <= @', 'to', days.to)]);
  return {
    ...where,
    text: `SELECT c.id, c.tenantId, c.ownerId, c.day, c.through, c.lines FROM c WHERE ${where.sql}`,
    within: null,
    pipeline: false,
    rows: ROWS,
  };
}
