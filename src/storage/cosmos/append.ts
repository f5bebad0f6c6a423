import type { OwnerScope } from '../../core/identity.ts';
import type { ThreadId } from '../../core/ids.ts';
import type { Call, NewMessage } from '../store.ts';
import type { Operation } from './access.ts';
import { answerOf, appendedHead, distinct, itemsOf, knownOf, type Appended, type Known } from './appended.ts';
import { fitsBatch } from './batches.ts';
import { headItem, partitionOf, type Head } from './head.ts';
import { findHead, inTurn, newMark, requireHead } from './heads.ts';
import { settleOwed } from './ledger-settling.ts';
import { appendInParcels, storeParcels, type ParcelAppend } from './long-append.ts';
import type { Parts } from './parts.ts';

/** From so many counts on the ledger is given what it is owed, so that heads stay small. */
const MOST_OWED = 24;

/**
 * Stores messages at the end of a thread: one read of the head and one batch, guarded by the head's ETag. When the batch
 * finds an id there already, what is there is read, and the rest is tried again. What is too much for a batch goes in
 * parcels.
 */
export function appendMessages(
  parts: Parts,
  scope: OwnerScope,
  thread: ThreadId,
  messages: readonly NewMessage[],
  call: Call,
): Promise<Appended> {
  const { access } = parts;
  const writer = newMark();
  const unique = distinct(messages);
  let known: ReadonlyMap<string, Known> = new Map();
  let long: ParcelAppend | null = null;
  return inTurn(parts, scope, { thread }, async () => {
    const head = await requireHead(parts, scope, thread, call);
    const fresh = unique.filter(({ id }) => !known.has(id));
    const next = appendedHead(head, fresh);
    const operations: Operation[] = [
      { kind: 'replace', item: headItem(next, access.now()), etag: head.etag },
      ...itemsOf(head, fresh, writer, access.now()).map((item): Operation => ({ kind: 'create', item })),
    ];
    if (long !== null || !fitsBatch(operations)) {
      long ??= await storeParcels(parts, scope, head, { writer, messages: unique }, call);
      const filed = await appendInParcels(parts, scope, head, long, call);
      if (filed === null) return null;
      afterAppend(parts, scope, filed.head);
      const messagesNow = answerOf(scope, head, messages, filed.fresh, filed.known, writer);
      return { thread: filed.head.thread, messages: messagesNow };
    }
    if (fresh.length > 0) {
      const end = await access.batch('threads', partitionOf(scope, thread), operations, call);
      if (end.kind === 'refused') {
        if (end.status === 409) known = await knownOf(access, scope, head, unique, call);
        return null;
      }
    }
    afterAppend(parts, scope, next);
    return { thread: next.thread, messages: answerOf(scope, head, messages, fresh, known, writer) };
  });
}

/** What an append leaves to be done when its caller has its answer. */
function afterAppend(parts: Parts, scope: OwnerScope, { thread, nextSeq, owed }: Head): void {
  parts.hints.saw(scope.tenant, { owner: scope.owner, thread: thread.id }, nextSeq);
  if (owed.lines.length <= MOST_OWED) return;
  parts.background('the ledger could not be given its counts yet', async (call) => {
    const head = await findHead(parts, scope, thread.id, call);
    if (head !== null) await settleOwed(parts, scope, head, call);
  });
}
