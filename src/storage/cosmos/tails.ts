import type { Scope } from '../../core/identity.ts';
import { threadKeyText } from '../../core/ids.ts';
import type { Message } from '../../core/thread.ts';
import type { Call, MessageListQuery, Page } from '../store.ts';
import { isUnfiltered } from './filters.ts';
import { saysThere } from './heads.ts';
import { inParallel } from './in-parallel.ts';
import type { Parts } from './parts.ts';
import { heads } from './thread-queries.ts';
import { messageTails } from './message-queries.ts';
import { allInScope, integer, messageOf, threadKeyIn, type Item } from './rows.ts';

/** Windows this small are worth fetching together. */
const MOST_ROWS = 10;
const THREADS_A_QUERY = 100;

/** Whether a query asks for the last few messages of a thread, whatever they are. */
export function isTail({ filter, window }: MessageListQuery): boolean {
  const { from, limit, after, before } = window;
  return from === 'end' && after === null && before === null && limit <= MOST_ROWS && isUnfiltered(filter);
}

/**
 * The last messages of many threads, in one request where it is known about where each ends, else in two. Null where
 * that was not enough: too few of a thread's last seqs are still there to be listed.
 */
export async function listTails(
  parts: Parts,
  scope: Scope,
  queries: readonly MessageListQuery[],
  call: Call,
): Promise<(Page<Message> | null)[]> {
  await learnEnds(parts, scope, queries, call);
  const chunks = Array.from({ length: Math.ceil(queries.length / THREADS_A_QUERY) }, (_, at) =>
    queries.slice(at * THREADS_A_QUERY, (at + 1) * THREADS_A_QUERY),
  );
  const pages = await inParallel(chunks, (chunk) => listChunk(parts, scope, chunk, call));
  return pages.flat();
}

async function learnEnds(
  { access, hints }: Parts,
  scope: Scope,
  queries: readonly MessageListQuery[],
  call: Call,
): Promise<void> {
  const unknown = queries.map(({ thread }) => thread).filter((key) => hints.nextSeq(scope.tenant, key) === undefined);
  if (unknown.length === 0) return;
  for (const row of allInScope(await access.query('threads', heads(scope, unknown), call), scope)) {
    hints.saw(scope.tenant, threadKeyIn(row), integer(row, 'nextSeq'));
  }
}

async function listChunk(
  { access, hints }: Parts,
  scope: Scope,
  queries: readonly MessageListQuery[],
  call: Call,
): Promise<(Page<Message> | null)[]> {
  // One seq more than asked for tells whether there is more; a thread that is not there has no end to look at.
  const tails = queries.map(({ thread, window }) => ({
    thread,
    from: Math.max(1, (hints.nextSeq(scope.tenant, thread) ?? 1) - window.limit - 1),
  }));
  const answer = allInScope(await access.query('threads', messageTails(scope, tails, {}), call), scope);
  const rows = Map.groupBy(answer, (row) => threadKeyText(threadKeyIn(row)));
  return queries.map(({ thread, window }, at) => {
    const found = rows.get(threadKeyText(thread)) ?? [];
    const head = found.find((row) => row['kind'] !== 'message');
    if (head === undefined || !saysThere(head, access.now())) return { items: [], more: false };
    if (head['filing'] !== undefined) return null;
    hints.saw(scope.tenant, thread, integer(head, 'nextSeq'));
    const messages = found
      .filter((row: Item) => row !== head)
      .map((row) => messageOf(row, scope))
      .sort((one, other) => one.seq - other.seq);
    const isWhole = messages.length > window.limit || (tails[at]?.from ?? 0) <= 1;
    return isWhole ? { items: messages.slice(-window.limit), more: messages.length > window.limit } : null;
  });
}
