import { SkeinError } from '../../core/errors.ts';
import type { OwnerScope } from '../../core/identity.ts';
import { threadKeyText, type ThreadKey } from '../../core/ids.ts';
import { keyOfThread, type Thread } from '../../core/thread.ts';
import type { Call, NewThread, Page, ThreadChange, ThreadStore } from '../store.ts';
import { HEAD_ID, headItem, partitionOf, type Head } from './head.ts';
import { inTurn, isThere, newMark, readHead, replaceHead, requireHead, saysThere } from './heads.ts';
import { NOTHING_OWED } from './owed.ts';
import type { Parts } from './parts.ts';
import { heads, threadCount, threadList } from './thread-queries.ts';
import { allInScope, integer, threadKeyIn, threadOf, type Item } from './rows.ts';
import { spreadHead } from './spreading.ts';
import { deleteThread, removeThread, sweepExpired } from './thread-removal.ts';

/** The thread port over Cosmos DB. */
export function cosmosThreads(parts: Parts): ThreadStore {
  const { access, hints } = parts;

  const saw = (thread: Thread, item: Item): Thread => {
    hints.saw(thread.tenant, keyOfThread(thread), integer(item, 'nextSeq'));
    return thread;
  };

  return {
    create: (scope, thread, call) =>
      inTurn(parts, scope, { thread: thread.id }, createThread(parts, scope, thread, call)),

    async get(scope, keys, call) {
      const wanted = keys.filter(({ owner }) => scope.owner === null || scope.owner === owner);
      const found = allInScope(await headRows(parts, scope, wanted, call), scope);
      const rows = new Map(found.map((row) => [threadKeyText(threadKeyIn(row)), row]));
      return keys.map((key) => {
        const row = rows.get(threadKeyText(key));
        return row !== undefined && saysThere(row, access.now()) ? saw(threadOf(row, scope), row) : null;
      });
    },

    async list(scope, filter, order, window, call): Promise<Page<Thread>> {
      const rows = await access.query('threads', threadList({ scope, filter, order, window, now: access.now() }), call);
      const items = rows.slice(0, window.limit).map((row) => saw(threadOf(row, scope), row));
      return { items: window.from === 'start' ? items : items.reverse(), more: rows.length > window.limit };
    },

    async count(scope, filter, call) {
      const [row] = await access.query('threads', threadCount(scope, filter, access.now()), call);
      return row === undefined ? 0 : integer(row, 'value');
    },

    async update(scope, thread, change, ifVersion, call) {
      const writer = newMark();
      const head = await inTurn(parts, scope, { thread }, async () => {
        const before = await requireHead(parts, scope, thread, call);
        if (before.writer === writer) return before;
        return replaceHead(parts, scope, changed(before, change, ifVersion, writer, access.now()), call);
      });
      if (head.spread !== null) await spreadHead(parts, scope, head, call);
      return head.thread;
    },

    delete: (scope, thread, call) => deleteThread(parts, scope, thread, call),

    sweepExpired: (limit, call) => sweepExpired(parts, limit, call),
  };
}

/** One thread is a point read; more are one query. */
async function headRows(
  parts: Parts,
  scope: Parameters<ThreadStore['get']>[0],
  keys: readonly ThreadKey[],
  call: Call,
) {
  const [first, ...others] = keys;
  if (first === undefined) return [];
  const isOne = others.every(({ owner, thread }) => owner === first.owner && thread === first.thread);
  if (!isOne) return parts.access.query('threads', heads(scope, keys), call);
  const key = partitionOf({ tenant: scope.tenant, owner: first.owner }, first.thread);
  const item = await parts.access.read('threads', key, HEAD_ID, call);
  return item === null ? [] : [item];
}

function createThread(parts: Parts, scope: OwnerScope, thread: NewThread, call: Call) {
  const writer = newMark();
  const head = newHead(scope, thread, writer);
  return async (): Promise<{ thread: Thread; created: boolean } | null> => {
    const now = parts.access.now();
    const key = partitionOf(scope, thread.id);
    const end = await parts.access.batch('threads', key, [{ kind: 'create', item: headItem(head, now) }], call);
    if (end.kind === 'done') {
      parts.hints.saw(scope.tenant, keyOfThread(head.thread), head.nextSeq);
      return { thread: head.thread, created: true };
    }
    const there = await readHead(parts, scope, thread.id, call);
    if (there === null) return null;
    if (isThere(there, now)) return { thread: there.thread, created: there.writer === writer };
    // One that has expired, or whose removal was broken off, is taken out of the way.
    await removeThread(parts, scope, there, call);
    return null;
  };
}

function newHead(scope: OwnerScope, thread: NewThread, writer: string): Omit<Head, 'etag'> {
  return {
    thread: {
      tenant: scope.tenant,
      owner: scope.owner,
      ...thread,
      version: 1,
      updatedAt: thread.createdAt,
      lastMessageAt: null,
      messageCount: 0,
      usage: { inputTokens: 0, outputTokens: 0 },
    },
    gone: false,
    nextSeq: 1,
    superseded: 0,
    born: writer,
    writer,
    recent: [],
    pending: [],
    owed: NOTHING_OWED,
    filing: null,
    spread: null,
  };
}

function changed(head: Head, change: ThreadChange, ifVersion: number | null, writer: string, now: number): Head {
  const before = head.thread;
  if (ifVersion !== null && ifVersion !== before.version) {
    throw new SkeinError(
      'CONFLICT',
      `The thread has changed: its version is ${String(before.version)}, not ${String(ifVersion)}. Read it again.`,
    );
  }
  const thread: Thread = { ...before, ...change, version: before.version + 1, updatedAt: now };
  // Its messages carry these two, so that filters on messages need not look at heads.
  const isShared =
    thread.expiresAt !== before.expiresAt || JSON.stringify(thread.metadata) !== JSON.stringify(before.metadata);
  const spread = isShared && head.nextSeq > 1 ? thread.version : head.spread;
  return { ...head, thread, writer, spread };
}
