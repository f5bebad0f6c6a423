import type { DatabaseSync } from 'node:sqlite';
import type { ThreadFilter } from '../../core/filter.ts';
import type { OwnerScope, Scope } from '../../core/identity.ts';
import type { ThreadId, ThreadKey } from '../../core/ids.ts';
import type { Thread } from '../../core/thread.ts';
import type { Page, ThreadOrder, ThreadPosition, Window } from '../store.ts';
import { statement } from './connection.ts';
import { allOf, inScope, LIVE_THREAD, threadMatches, type Where } from './filters.ts';
import { integer, THREAD_COLUMNS, threadOf, type Row } from './rows.ts';

/** Joins to a thread (alias `t`) its owner and tenant. */
const THREAD_JOINS = `CROSS JOIN owners o ON o.owner_row = t.owner_row
  CROSS JOIN tenants te ON te.tenant_row = o.tenant_row`;

const GET = `SELECT k.key AS place, ${THREAD_COLUMNS}
  FROM json_each(:keys) k
  CROSS JOIN tenants kte ON kte.tenant = :tenant
  CROSS JOIN owners ko ON ko.tenant_row = kte.tenant_row AND ko.owner = k.value ->> 0
  CROSS JOIN threads t ON t.owner_row = ko.owner_row AND t.id = k.value ->> 1
  ${THREAD_JOINS}
  WHERE ${LIVE_THREAD}`;

/** The threads of these keys, in their order; null for one that is not there. */
export function getThreads(
  db: DatabaseSync,
  { scope, keys, now }: { scope: Scope; keys: readonly ThreadKey[]; now: number },
): (Thread | null)[] {
  const found: (Thread | null)[] = keys.map(() => null);
  const asked = keys.map(({ owner, thread }) => (isOf(scope, owner) ? [owner, thread] : []));
  for (const row of statement(db, GET).all({ keys: JSON.stringify(asked), tenant: scope.tenant, now })) {
    found[integer(row, 'place')] = threadOf(row, scope);
  }
  return found;
}

/** Whether rows of the owner can be in the scope. */
export function isOf(scope: Scope, owner: string): boolean {
  return scope.owner === null || scope.owner === owner;
}

const FIND = `SELECT t.thread_row, t.tenant_row, t.owner_row, t.next_seq, ${THREAD_COLUMNS}
  FROM tenants kte
  CROSS JOIN owners ko ON ko.tenant_row = kte.tenant_row AND ko.owner = :owner
  CROSS JOIN threads t ON t.owner_row = ko.owner_row AND t.id = :thread
  ${THREAD_JOINS}
  WHERE kte.tenant = :tenant AND ${LIVE_THREAD}`;

/** The row of a thread with all its columns and keys, for a write; undefined when it is not there. */
export function findThread(db: DatabaseSync, scope: OwnerScope, thread: ThreadId, now: number): Row | undefined {
  return statement(db, FIND).get({ tenant: scope.tenant, owner: scope.owner, thread, now });
}

const ORDER_COLUMNS = {
  CREATED_AT: 't.created_at',
  UPDATED_AT: 't.updated_at',
  LAST_MESSAGE_AT: 't.active_at',
} as const;

export type ThreadListArgs = {
  readonly scope: Scope;
  readonly filter: ThreadFilter;
  readonly order: ThreadOrder;
  readonly window: Window<ThreadPosition>;
  readonly now: number;
};

/** A window on the threads of a scope. */
export function listThreads(db: DatabaseSync, { scope, filter, order, window, now }: ThreadListArgs): Page<Thread> {
  const column = ORDER_COLUMNS[order.field];
  const ascending = order.direction === 'ASC';
  const where = allOf([
    inScope('t', scope),
    { sql: LIVE_THREAD, params: { now } },
    threadMatches(filter),
    beyond(column, ascending ? '>' : '<', 'after', window.after),
    beyond(column, ascending ? '<' : '>', 'before', window.before),
  ]);
  const fromStart = window.from === 'start';
  const direction = ascending === fromStart ? 'ASC' : 'DESC';
  const rows = statement(
    db,
    `SELECT ${THREAD_COLUMNS} FROM threads t ${THREAD_JOINS} WHERE ${where.sql}
     ORDER BY ${column} ${direction}, t.id ${direction} LIMIT +:rows`,
  ).all({ ...where.params, rows: window.limit + 1 });
  const items = rows.slice(0, window.limit).map((row) => threadOf(row, scope));
  return { items: fromStart ? items : items.reverse(), more: rows.length > window.limit };
}

function beyond(column: string, operator: '<' | '>', name: string, position: ThreadPosition | null): Where | null {
  if (position === null) return null;
  return {
    sql: `(${column}, t.id) ${operator} (:${name}_value, :${name}_thread)`,
    params: { [`${name}_value`]: position.value, [`${name}_thread`]: position.thread },
  };
}

/** How many threads of a scope the filter keeps. */
export function countThreads(
  db: DatabaseSync,
  { scope, filter, now }: { scope: Scope; filter: ThreadFilter; now: number },
): number {
  const where = allOf([inScope('t', scope), { sql: LIVE_THREAD, params: { now } }, threadMatches(filter)]);
  const row = statement(db, `SELECT count(*) AS threads FROM threads t WHERE ${where.sql}`).get(where.params);
  return integer(row ?? {}, 'threads');
}
