import { randomBytes } from 'node:crypto';
import { SkeinError } from '../../core/errors.ts';
import type { OwnerScope } from '../../core/identity.ts';
import type { ThreadId, ThreadKey } from '../../core/ids.ts';
import type { Call } from '../store.ts';
import { fileParcels } from './filing.ts';
import { HEAD_ID, headItem, headOf, partitionOf, type Head } from './head.ts';
import { startPace } from './pacing.ts';
import type { Parts } from './parts.ts';
import type { Item } from './rows.ts';

/** What a write says when the thread is not there, or is not in the scope: nobody learns which. */
function threadNotFound(): SkeinError {
  return new SkeinError('NOT_FOUND', 'There is no thread with this id.');
}

/** Whatever stands in the head's place: a head, one of an expired thread, or one that is gone. */
export async function readHead(parts: Parts, scope: OwnerScope, thread: ThreadId, call: Call): Promise<Head | null> {
  const item = await parts.access.read('threads', partitionOf(scope, thread), HEAD_ID, call);
  return item && headOf(item, scope);
}

/** A thread's head; null when the thread is not there for anybody. An append that was broken off is carried through. */
export async function findHead(parts: Parts, scope: OwnerScope, thread: ThreadId, call: Call): Promise<Head | null> {
  const head = await readHead(parts, scope, thread, call);
  if (head === null || !isThere(head, parts.access.now())) return null;
  parts.hints.saw(scope.tenant, { owner: scope.owner, thread }, head.nextSeq);
  if (head.filing === null) return head;
  await fileParcels(parts, scope, head, call);
  return findHead(parts, scope, thread, call);
}

/** A thread's head, for a write. @throws SkeinError NOT_FOUND */
export async function requireHead(parts: Parts, scope: OwnerScope, thread: ThreadId, call: Call): Promise<Head> {
  const head = await findHead(parts, scope, thread, call);
  if (head === null) throw threadNotFound();
  return head;
}

export function isThere({ gone, thread }: Head, now: number): boolean {
  return !gone && (thread.expiresAt === null || thread.expiresAt > now);
}

/** Whether a row in a head's place says that the thread is there. */
export function saysThere(row: Item | undefined, now: number): boolean {
  return row?.['kind'] === 'head' && Number(row['expiresAt']) > now;
}

/** Replaces a head that nobody has changed meanwhile; null when somebody has. */
export async function replaceHead(parts: Parts, scope: OwnerScope, head: Head, call: Call): Promise<Head | null> {
  const item = headItem(head, parts.access.now());
  const key = partitionOf(scope, head.thread.id);
  const end = await parts.access.batch('threads', key, [{ kind: 'replace', item, etag: head.etag }], call);
  const written = end.kind === 'done' ? end.items[0] : null;
  return written ? headOf(written, scope) : null;
}

/** Names a call, so that it knows its own work when the answer to it was lost. */
export function newMark(): string {
  return randomBytes(9).toString('base64url');
}

/**
 * Repeats an attempt that reads, decides and writes until it has not been overtaken, which it says by null. Attempts of
 * this process on one thread take turns; those that store vectors among themselves, so that no append waits for them.
 */
export function inTurn<Result>(
  parts: Parts,
  scope: OwnerScope,
  { thread }: Pick<ThreadKey, 'thread'>,
  attempt: () => Promise<Result | null>,
  lane: 'messages' | 'vectors' = 'messages',
): Promise<Result> {
  return parts.turns([lane, scope.tenant, scope.owner, thread].join('\n'), async () => {
    const pace = startPace(parts.access);
    for (;;) {
      const result = await attempt();
      if (result !== null) return result;
      await pace.stalled();
    }
  });
}
