import type { MessageFilter } from '../../core/filter.ts';
import type { OwnerScope, Scope } from '../../core/identity.ts';
import type { MessageKey, ThreadKey } from '../../core/ids.ts';
import { NEIGHBOUR_CHARACTERS } from '../search-text.ts';
import type { MessageListQuery } from '../store.ts';
import { HEAD, inPartition, inScope, inThread, messageMatches, ofThread } from './filters.ts';
import { MESSAGE_PROPERTIES } from './message-item.ts';
import { allOf, anyOf, columns, counting, fixed, given, ROWS, type Query } from './query.ts';

const MESSAGE = columns(MESSAGE_PROPERTIES);
/** Messages with what of their heads says whether they are there: the head comes with them, in the same request. */
const MESSAGE_AND_HEAD = columns([...MESSAGE_PROPERTIES, 'expiresAt', 'nextSeq', 'filing']);

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
  return {
    ...where,
    text: `SELECT ${MESSAGE}, c.writer FROM c WHERE ${where.sql}`,
    ...inPartition(scope, thread),
    rows: ROWS,
  };
}

/** A long message's beginning is kept apart from its packed content. */
const NEIGHBOUR = `c.id, c.tenantId, c.ownerId, c.seq, c.author, c.createdAt, c.searched,
  (IS_DEFINED(c.detail.opening) ? c.detail.opening : LEFT(c.content, ${String(NEIGHBOUR_CHARACTERS)})) AS opening`;
const CONTEXT = "c.searched = true AND c.status != 'SUPERSEDED'";

/** The last messages that are context, before a place, the nearest first. */
export function messagesBefore(scope: OwnerScope, key: ThreadKey, seq: number, limit: number): Query {
  const where = allOf([inThread(scope, key), given(`c.kind = 'message' AND ${CONTEXT} AND c.seq < @`, 'seq', seq)]);
  const text = `SELECT TOP ${String(limit)} ${NEIGHBOUR} FROM c WHERE ${where.sql} ORDER BY c.seq DESC`;
  return { ...where, text, ...inPartition(scope, key), rows: limit };
}

/** The next messages that have context, after a place. */
export function messagesAfter(scope: OwnerScope, key: ThreadKey, seq: number, limit: number): Query {
  const where = allOf([
    inThread(scope, key),
    given(`c.kind = 'message' AND ((${CONTEXT}) OR c.status = 'PENDING') AND c.seq > @`, 'seq', seq),
  ]);
  const text = `SELECT TOP ${String(limit)} ${NEIGHBOUR} FROM c WHERE ${where.sql} ORDER BY c.seq ASC`;
  return { ...where, text, ...inPartition(scope, key), rows: limit };
}

/** When the last message of a thread was made, another one left out. */
export function lastMessage(scope: OwnerScope, key: ThreadKey, except: string): Query {
  const where = allOf([inThread(scope, key), given("c.kind = 'message' AND c.id != @", 'except', except)]);
  const text = `SELECT TOP 1 c.tenantId, c.ownerId, c.createdAt FROM c WHERE ${where.sql} ORDER BY c.seq DESC`;
  return { ...where, text, ...inPartition(scope, key), rows: 1 };
}

/** Replies of every tenant that are being written since before a time. */
export function pendingReplies(before: number, limit: number): Query {
  const where = given("c.kind = 'message' AND c.status = 'PENDING' AND c.createdAt < @", 'before', before);
  return {
    ...where,
    text: `SELECT TOP ${String(limit)} ${MESSAGE} FROM c WHERE ${where.sql}`,
    within: null,
    pipeline: true,
    rows: limit,
  };
}
