import type { MessageFilter, ThreadFilter } from '../../core/filter.ts';
import type { OwnerScope, Scope } from '../../core/identity.ts';
import type { MessageKey, ThreadKey } from '../../core/ids.ts';
import type { MessageListQuery, ThreadOrder, ThreadPosition, Window } from '../store.ts';
import { partitionOf } from './head.ts';
import { inScope, inThread, live, messageMatches, ofThread, threadMatches } from './filters.ts';
import { MESSAGE_PROPERTIES } from './message-item.ts';
import { allOf, anyOf, fixed, given, type Query, type Where } from './query.ts';

/** How many rows an answer has at most, where a query does not say how many it wants. */
const ROWS = 1_000;

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
const MESSAGE = columns(MESSAGE_PROPERTIES);
/** Messages with what of their heads says whether they are there: the head comes with them, in the same request. */
const MESSAGE_AND_HEAD = columns([...MESSAGE_PROPERTIES, 'expiresAt', 'nextSeq', 'filing']);
/** Head or gone head: whatever stands in the head's place. */
const HEAD = fixed("c.kind IN ('head', 'gone')");

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
  const order_ = ['c.tenantId', ...(scope.owner === null ? [] : ['c.ownerId']), field, 'c.threadId'];
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
    text: `SELECT TOP ${String(rows)} ${THREAD} FROM c WHERE ${where.sql} ORDER BY ${order_
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

/** Some messages, with the heads of their threads. */
export function messagesWithHeads(scope: Scope, keys: readonly MessageKey[]): Query {
  const byThread = Map.groupBy(keys, ({ owner, thread }) => `${owner}\n${thread}`);
  const threads = [...byThread.values()].map((ofOne, at) => {
    const [first] = ofOne;
    if (first === undefined) return null;
    const ids = ofOne.map(({ message }, place) => given('c.id = @', `t${String(at)}_m${String(place)}`, message));
    return allOf([ofThread(first, `t${String(at)}_`), anyOf([HEAD, allOf([fixed("c.kind = 'message'"), anyOf(ids)])])]);
  });
  const where = allOf([inScope(scope), anyOf(threads)]);
  const [first] = keys;
  return {
    ...where,
    text: `SELECT ${MESSAGE_AND_HEAD} FROM c WHERE ${where.sql}`,
    within: byThread.size === 1 && first !== undefined ? [scope.tenant, first.owner, first.thread] : null,
    pipeline: false,
    rows: ROWS,
  };
}

/** A window on the messages of one thread, and one more; its head comes first. */
export function messageWindow(scope: Scope, { thread, filter, window }: MessageListQuery): Query {
  const rows = window.limit + 2;
  const wanted = allOf([
    fixed("c.kind = 'message'"),
    window.after === null ? null : given('c.seq > @', 'after', window.after),
    window.before === null ? null : given('c.seq < @', 'before', window.before),
    messageMatches(filter),
  ]);
  const where = allOf([inThread(scope, thread), anyOf([HEAD, wanted])]);
  return {
    ...where,
    text: `SELECT TOP ${String(rows)} ${MESSAGE_AND_HEAD} FROM c WHERE ${where.sql}
      ORDER BY c.${window.from === 'start' ? 'seq' : 'back'} ASC`,
    within: [scope.tenant, thread.owner, thread.thread],
    pipeline: false,
    rows,
  };
}

/** The last messages of many threads: from a seq of each on, with the threads' heads. */
export function messageTails(
  scope: Scope,
  tails: readonly { readonly thread: ThreadKey; readonly from: number }[],
  filter: MessageFilter,
): Query {
  const wanted = allOf([fixed("c.kind = 'message'"), messageMatches(filter)]);
  const threads = tails.map(({ thread, from }, at) =>
    allOf([
      ofThread(thread, `t${String(at)}_`),
      anyOf([HEAD, allOf([given('c.seq >= @', `t${String(at)}_from`, from), wanted])]),
    ]),
  );
  const where = allOf([inScope(scope), anyOf(threads)]);
  return {
    ...where,
    text: `SELECT ${MESSAGE_AND_HEAD} FROM c WHERE ${where.sql}`,
    within: null,
    pipeline: false,
    rows: ROWS,
  };
}

/** How many messages of a thread a filter keeps. */
export function messageCount(scope: Scope, thread: ThreadKey, filter: MessageFilter): Query {
  return counting(allOf([inThread(scope, thread), fixed("c.kind = 'message'"), messageMatches(filter)]), [
    scope.tenant,
    thread.owner,
    thread.thread,
  ]);
}

/** Which of these messages a thread has. */
export function messagesOf(scope: OwnerScope, thread: ThreadKey, ids: readonly string[]): Query {
  const where = allOf([
    inThread(scope, thread),
    fixed("c.kind = 'message'"),
    anyOf(ids.map((id, at) => given('c.id = @', `m${String(at)}`, id))),
  ]);
  return { ...where, text: `SELECT ${MESSAGE}, c.by FROM c WHERE ${where.sql}`, ...inPartition(scope, thread), rows: ROWS };
}

export function counting(where: Where, within: Query['within']): Query {
  const text = `SELECT VALUE COUNT(1) FROM c WHERE ${where.sql}`;
  return { ...where, text, within, pipeline: true, rows: ROWS };
}

export function inPartition(scope: OwnerScope, { thread }: ThreadKey): Pick<Query, 'within' | 'pipeline'> {
  return { within: partitionOf(scope, thread), pipeline: false };
}

function columns(properties: readonly string[]): string {
  return properties.map((property) => `c.${property}`).join(', ');
}
