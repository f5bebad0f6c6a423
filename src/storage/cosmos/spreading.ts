import type { OwnerScope } from '../../core/identity.ts';
import { keyOfThread, type Thread } from '../../core/thread.ts';
import type { Call } from '../store.ts';
import type { Change } from './access.ts';
import { HEAD_ID, partitionOf, type Head } from './head.ts';
import { sharedItem } from './message-item.ts';
import { startPace } from './pacing.ts';
import type { Parts } from './parts.ts';
import { itemsBehind } from './partition-queries.ts';
import { idOf } from './rows.ts';

const BATCH = 100;

/**
 * Copies what a thread's items share from its head to all of them, in batches. Broken off, it is taken up by the next
 * sweep: the head says that it is under way. What is appended meanwhile has the new values from the start.
 */
export async function spreadHead(parts: Parts, scope: OwnerScope, head: Head, call: Call): Promise<void> {
  const { thread, spread } = head;
  if (spread === null) return;
  const { access } = parts;
  const key = partitionOf(scope, thread.id);
  for (const pace = startPace(access); ;) {
    const behind = await access.query('threads', itemsBehind(scope, keyOfThread(thread), spread, BATCH), call);
    if (behind.length === 0) break;
    const changes = sharedChanges(thread, access.now());
    const condition = `from c where c.headVersion < ${String(thread.version)}`;
    // One that is refused has gone, or was changed by another server: the next query says what is left.
    const end = await access.batch(
      'threads',
      key,
      behind.map((item) => ({ kind: 'patch', id: idOf(item), changes, condition })),
      call,
    );
    if (end.kind === 'done') pace.moved();
    else await pace.stalled();
  }
  const condition = `from c where c.spread = ${String(spread)}`;
  await access.batch(
    'threads',
    key,
    [{ kind: 'patch', id: HEAD_ID, changes: [{ op: 'remove', path: '/spread' }], condition }],
    call,
  );
}

function sharedChanges(thread: Thread, now: number): Change[] {
  const { threadMetadata, expiresAt, headVersion, ttl } = sharedItem(thread, now);
  return Object.entries({ threadMetadata: threadMetadata ?? [], expiresAt, headVersion, ttl }).map(([name, value]) => ({
    op: 'set',
    path: `/${name}`,
    value,
  }));
}
