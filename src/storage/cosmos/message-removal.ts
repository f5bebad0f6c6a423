import type { OwnerScope } from '../../core/identity.ts';
import type { MessageKey } from '../../core/ids.ts';
import type { Call } from '../store.ts';
import type { Operation } from './access.ts';
import { headItem, partitionOf, type Head } from './head.ts';
import { findHead, inTurn } from './heads.ts';
import { contextChanges, neighbourhoodOf, recentOf } from './neighbours.ts';
import { leanAway } from './leaning.ts';
import type { Parts } from './parts.ts';
import { lastMessage } from './message-queries.ts';
import { passagesOf } from './partition-queries.ts';
import { etagOf, idOf, integer, messageOf, requireInScope } from './rows.ts';

/** How many passages go with their message in one batch; those of a longer one go first, in batches of their own. */
const PASSAGES_A_BATCH = 60;
const BATCH = 100;

/**
 * Removes a message with its passages, and what its neighbours' index entries have of it, in one batch. Gives whether
 * it was there.
 */
export function deleteMessage(parts: Parts, scope: OwnerScope, key: MessageKey, call: Call): Promise<boolean> {
  if (key.owner !== scope.owner) return Promise.resolve(false);
  const { access } = parts;
  const partition = partitionOf(scope, key.thread);
  let isSent = false;
  return inTurn(parts, scope, key, async () => {
    const head = await findHead(parts, scope, key.thread, call);
    const item = head && (await access.read('threads', partition, key.message, call));
    // Gone after it was seen: the answer to the batch below was lost.
    if (head === null || item?.['kind'] !== 'message') return { isThere: isSent };
    const message = messageOf(item, scope);
    const [around, passages, [last]] = await Promise.all([
      neighbourhoodOf(access, scope, key, message.seq, call),
      passageIds(parts, scope, key, call),
      access.query('threads', lastMessage(scope, key, message.id), call),
    ]);
    if (last !== undefined) requireInScope(last, scope);
    const next: Head = {
      ...head,
      thread: {
        ...head.thread,
        messageCount: head.thread.messageCount - 1,
        lastMessageAt: last === undefined ? null : integer(last, 'createdAt'),
      },
      superseded: head.superseded - (message.status === 'SUPERSEDED' ? 1 : 0),
      recent: head.recent.some(({ id }) => id === message.id) ? recentOf(around) : head.recent,
      pending: head.pending.filter(({ id }) => id !== message.id),
    };
    const operations: Operation[] = [
      { kind: 'replace', item: headItem(next, access.now()), etag: head.etag },
      { kind: 'delete', id: message.id, etag: etagOf(item) },
      ...passages.map((id): Operation => ({ kind: 'delete', id })),
      ...contextChanges(around, null),
      ...(await leanAway(parts, scope, key, message.seq, call)),
    ];
    isSent = true;
    const end = await access.batch('threads', partition, operations, call);
    return end.kind === 'done' ? { isThere: true } : null;
  }).then(({ isThere }) => isThere);
}

/** The ids of a message's passages, as many as fit in the batch that removes or changes it; others are removed now. */
async function passageIds({ access }: Parts, scope: OwnerScope, key: MessageKey, call: Call): Promise<string[]> {
  const ids = (await access.query('threads', passagesOf(scope, key), call)).map(idOf);
  for (let at = PASSAGES_A_BATCH; at < ids.length; at += BATCH) {
    const deletes = ids.slice(at, at + BATCH).map((id): Operation => ({ kind: 'delete', id }));
    await access.batch('threads', partitionOf(scope, key.thread), deletes, call);
  }
  return ids.slice(0, PASSAGES_A_BATCH);
}
