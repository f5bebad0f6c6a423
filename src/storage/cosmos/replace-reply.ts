import { SkeinError } from '../../core/errors.ts';
import type { OwnerScope } from '../../core/identity.ts';
import type { MessageKey } from '../../core/ids.ts';
import type { Message, Thread } from '../../core/thread.ts';
import type { Call, NewMessage } from '../store.ts';
import type { Operation } from './access.ts';
import { answerOf, appendedHead, itemsOf, knownOf, type Known } from './appended.ts';
import { headItem, partitionOf, type Head } from './head.ts';
import { inTurn, newMark, requireHead } from './heads.ts';
import { leanAway } from './leaning.ts';
import { contextChanges, neighbourhoodOf, recentOf } from './neighbours.ts';
import type { Parts } from './parts.ts';
import { passagesOf } from './partition-queries.ts';
import { messageNotFound } from './reply-end.ts';
import { etagOf, idOf, messageOf } from './rows.ts';

/** How many passages change with their message in one batch; those of a longer one change before, in others. */
const PASSAGES_A_BATCH = 60;
const BATCH = 100;

/**
 * Appends a reply in the place of another. When it is there already, nothing changes.
 * @throws SkeinError NOT_FOUND; CONFLICT when the reply to replace is still being written
 */
export function replaceReply(
  parts: Parts,
  scope: OwnerScope,
  replaced: MessageKey,
  reply: NewMessage,
  call: Call,
): Promise<{ thread: Thread; reply: Message; created: boolean }> {
  if (replaced.owner !== scope.owner) return Promise.reject(messageNotFound());
  const { access } = parts;
  const partition = partitionOf(scope, replaced.thread);
  const writer = newMark();
  return inTurn(parts, scope, replaced, async () => {
    const head = await requireHead(parts, scope, replaced.thread, call);
    const item = await access.read('threads', partition, replaced.message, call);
    if (item?.['kind'] !== 'message') throw messageNotFound();
    const old = messageOf(item, scope);
    if (old.status === 'PENDING') throw new SkeinError('CONFLICT', 'This reply is still being written.');
    const known = await knownOf(access, scope, head, [reply], call);
    if (known.has(reply.id)) return answer(scope, head, head, reply, known, writer);
    const around = await neighbourhoodOf(access, scope, replaced, old.seq, call);
    const before: Head = {
      ...head,
      superseded: head.superseded + (old.status === 'SUPERSEDED' ? 0 : 1),
      recent: head.recent.some(({ id }) => id === old.id) ? recentOf(around) : head.recent,
    };
    const next = appendedHead(before, [reply]);
    const operations: Operation[] = [
      { kind: 'replace', item: headItem(next, access.now()), etag: head.etag },
      ...itemsOf(before, [reply], writer, access.now()).map((each): Operation => ({ kind: 'create', item: each })),
      { ...supersede(old.id), etag: etagOf(item) },
      ...(await passageChanges(parts, scope, replaced, call)),
      ...contextChanges(around, null),
      ...(await leanAway(parts, scope, replaced, old.seq, call)),
    ];
    const end = await access.batch('threads', partition, operations, call);
    return end.kind === 'done' ? answer(scope, before, next, reply, known, writer) : null;
  });
}

function answer(
  scope: OwnerScope,
  before: Head,
  { thread }: Head,
  reply: NewMessage,
  known: ReadonlyMap<string, Known>,
  writer: string,
): { thread: Thread; reply: Message; created: boolean } {
  const [first] = answerOf(scope, before, [reply], [reply], known, writer);
  if (first === undefined) throw new Error('An append has not answered for its message.');
  return { thread, reply: first.message, created: first.created };
}

function supersede(id: string): Operation & { kind: 'patch' } {
  return { kind: 'patch', id, changes: [{ op: 'set', path: '/status', value: 'SUPERSEDED' }] };
}

/** Passages carry their message's status. */
async function passageChanges({ access }: Parts, scope: OwnerScope, key: MessageKey, call: Call): Promise<Operation[]> {
  const changes = (await access.query('threads', passagesOf(scope, key), call)).map((row) => supersede(idOf(row)));
  for (let at = PASSAGES_A_BATCH; at < changes.length; at += BATCH) {
    await access.batch('threads', partitionOf(scope, key.thread), changes.slice(at, at + BATCH), call);
  }
  return changes.slice(0, PASSAGES_A_BATCH);
}
