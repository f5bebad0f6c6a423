import type { OwnerScope } from '../../core/identity.ts';
import type { ThreadId } from '../../core/ids.ts';
import { keyOfThread } from '../../core/thread.ts';
import type { Call } from '../store.ts';
import { HEAD_ID, partitionOf, type Head } from './head.ts';
import { findHead, inTurn, newMark, readHead, replaceHead } from './heads.ts';
import { settleOwed } from './ledger-settling.ts';
import { startPace } from './pacing.ts';
import type { Parts } from './parts.ts';
import { expiredHeads, unfinishedHeads } from './thread-queries.ts';
import { itemsBesideHead } from './partition-queries.ts';
import { idOf, tenantIn, threadKeyIn, type Item } from './rows.ts';
import { spreadHead } from './spreading.ts';

/** The most operations that a batch may have. */
const BATCH = 100;

/**
 * Takes a thread out of every read with one write of its head, then removes its items and, last, the head. Gives whether
 * it was there. Broken off, the rest is left to the next sweep.
 */
export async function deleteThread(parts: Parts, scope: OwnerScope, thread: ThreadId, call: Call): Promise<boolean> {
  const writer = newMark();
  const gone = await inTurn(parts, scope, { thread }, async () => {
    const head = await findHead(parts, scope, thread, call);
    if (head !== null) return replaceHead(parts, scope, { ...head, gone: true, writer }, call);
    const left = await readHead(parts, scope, thread, call);
    return left?.writer === writer ? left : 'absent';
  });
  if (gone === 'absent') return false;
  await removeThread(parts, scope, gone, call);
  return true;
}

/** Removes all that is left of a thread that is gone or has expired. */
export async function removeThread(parts: Parts, scope: OwnerScope, found: Head, call: Call): Promise<void> {
  const { access, hints } = parts;
  const key = partitionOf(scope, found.thread.id);
  hints.forget(scope.tenant, keyOfThread(found.thread));
  let head: Head | null = found;
  if (!head.gone) head = await replaceHead(parts, scope, { ...head, gone: true }, call);
  for (const pace = startPace(access); head !== null;) {
    await removeItems(parts, scope, head, call);
    const settled: Head | null = await settleOwed(parts, scope, head, call);
    if (settled === null) return;
    const end = await access.batch('threads', key, [{ kind: 'delete', id: HEAD_ID, etag: settled.etag }], call);
    if (end.kind === 'done' || end.status === 404) return;
    head = await readHead(parts, scope, found.thread.id, call);
    if (head?.gone !== true || head.born !== found.born) return;
    await pace.stalled();
  }
}

async function removeItems(parts: Parts, scope: OwnerScope, { thread }: Head, call: Call): Promise<void> {
  const query = itemsBesideHead(scope, keyOfThread(thread), BATCH);
  for (const pace = startPace(parts.access); ;) {
    const left = await parts.access.query('threads', query, call);
    if (left.length === 0) return;
    // A batch that is refused met another server's removal: the next query says what is left.
    const end = await parts.access.batch(
      'threads',
      partitionOf(scope, thread.id),
      left.map((item) => ({ kind: 'delete', id: idOf(item) })),
      call,
    );
    if (end.kind === 'done') pace.moved();
    else await pace.stalled();
  }
}

/** Removes threads that have expired, and carries through what was broken off; gives how many had expired. */
export async function sweepExpired(parts: Parts, limit: number, call: Call): Promise<number> {
  const { access } = parts;
  let removed = 0;
  for (const row of await access.query('threads', expiredHeads(access.now(), limit), call)) {
    const { scope, thread } = placeOf(row);
    const head = await readHead(parts, scope, thread, call);
    if (head === null || head.gone || (head.thread.expiresAt ?? Infinity) > access.now()) continue;
    await removeThread(parts, scope, head, call);
    removed += 1;
  }
  for (const row of await access.query('threads', unfinishedHeads(limit), call)) {
    const { scope, thread } = placeOf(row);
    const head = await readHead(parts, scope, thread, call);
    if (head?.gone === true) await removeThread(parts, scope, head, call);
    else if (head !== null) await spreadHead(parts, scope, head, call);
  }
  return removed;
}

function placeOf(row: Item): { scope: OwnerScope; thread: ThreadId } {
  const { owner, thread } = threadKeyIn(row);
  return { scope: { tenant: tenantIn(row), owner }, thread };
}
