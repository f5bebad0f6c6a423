import type { ThreadFilter } from '../../core/filter.ts';
import type { Scope } from '../../core/identity.ts';
import type { ThreadKey } from '../../core/ids.ts';
import type { ThreadOrder, ThreadPosition, Window } from '../store.ts';
import { HEAD, inScope, live, ofThread, threadMatches } from './filters.ts';
import { allOf, anyOf, columns, counting, fixed, given, ROWS, type Query, type Where } from './query.ts';

const HEAD_PROPERTIES = [
  'id',
  'kind',
  'tenantId',
  'ownerId',
  'threadId',
  'title',
  'agent',
  'instructions',
  'status',
  'metadata',
  'version',
  'createdAt',
  'updatedAt',
  'lastMessageAt',
  'expiresAt',
  'messageCount',
  'usage',
  'nextSeq',
  'superseded',
  'filing',
];

const THREAD = columns(HEAD_PROPERTIES);

const ORDERS = { CREATED_AT: 'createdAt', UPDATED_AT: 'updatedAt', LAST_MESSAGE_AT: 'activeAt' } as const;

type ThreadListArgs = {
  readonly scope: Scope;
  readonly filter: ThreadFilter;
  readonly order: ThreadOrder;
  readonly window: Window<ThreadPosition>;
  readonly now: number;
};

/** A window on the threads of a scope, and one more. The scope leads the order, as it leads the index. */
export function threadList({ scope, filter, order, window, now }: ThreadListArgs): Query {
  const field = `c.${ORDERS[order.field]}`;
  const isAscending = order.direction === 'ASC';
  const direction = isAscending === (window.from === 'start') ? 'ASC' : 'DESC';
  const sorted = ['c.tenantId', ...(scope.owner === null ? [] : ['c.ownerId']), field, 'c.threadId'];
  const where = allOf([
    inScope(scope),
    live('head', now),
    threadMatches(filter),
    beyond(field, isAscending ? '>' : '<', 'after', window.after),
    beyond(field, isAscending ? '<' : '>', 'before', window.before),
  ]);
  const rows = window.limit + 1;
  return {
    ...where,
    text: `SELECT TOP ${String(rows)} ${THREAD} FROM c WHERE ${where.sql} ORDER BY ${sorted
      .map((path) => `${path} ${direction}`)
      .join(', ')}`,
    within: null,
    pipeline: true,
    rows,
  };
}

function beyond(field: string, operator: '<' | '>', name: string, position: ThreadPosition | null): Where | null {
  if (position === null) return null;
  return anyOf([
    given(`${field} ${operator} @`, `${name}Value`, position.value),
    allOf([
      given(`${field} = @`, `${name}Value`, position.value),
      given(`c.threadId ${operator} @`, `${name}Thread`, position.thread),
    ]),
  ]);
}

/** How many threads of a scope a filter keeps. */
export function threadCount(scope: Scope, filter: ThreadFilter, now: number): Query {
  return counting(allOf([inScope(scope), live('head', now), threadMatches(filter)]), null);
}

/** The heads of some threads. */
export function heads(scope: Scope, keys: readonly ThreadKey[]): Query {
  const where = allOf([inScope(scope), HEAD, anyOf(keys.map((key, at) => ofThread(key, `t${String(at)}_`)))]);
  return { ...where, text: `SELECT ${THREAD} FROM c WHERE ${where.sql}`, within: null, pipeline: false, rows: ROWS };
}

/** Heads of expired threads, of every tenant. */
export function expiredHeads(now: number, limit: number): Query {
  return housekeeping(allOf([fixed("c.kind = 'head'"), given('c.expiresAt <= @', 'now', now)]), limit);
}

/** Heads of threads, of every tenant, whose removal or change was broken off. */
export function unfinishedHeads(limit: number): Query {
  return housekeeping(fixed("(c.kind = 'gone' OR (c.kind = 'head' AND c.spread > 0))"), limit);
}

function housekeeping(where: Where, limit: number): Query {
  return {
    ...where,
    text: `SELECT TOP ${String(limit)} c.tenantId, c.ownerId, c.threadId, c.kind FROM c WHERE ${where.sql}`,
    within: null,
    pipeline: true,
    rows: limit,
  };
}
