import { SkeinError } from '../../core/errors.ts';
import type { OwnerScope } from '../../core/identity.ts';
import { threadKeyText, type MessageKey } from '../../core/ids.ts';
import type { Failure, Message, Thread, Usage } from '../../core/thread.ts';
import type { Call, ReplyOutcome } from '../store.ts';
import type { Operation } from './access.ts';
import { endedChange, HEAD_ID, partitionOf } from './head.ts';
import { inTurn, requireHead } from './heads.ts';
import { endChanges } from './message-item.ts';
import { contextChanges, neighbourhoodOf } from './neighbours.ts';
import { moreOf } from './owed.ts';
import type { Parts } from './parts.ts';
import { pendingReplies } from './message-queries.ts';
import { etagOf, idOf, integer, messageOf, tenantIn, threadKeyIn, threadOf, type Item } from './rows.ts';
import { hasWords, windowOf } from './search-words.ts';

/** What a write says when the message is not there, or is not in the scope: nobody learns which. */
export function messageNotFound(): SkeinError {
  return new SkeinError('NOT_FOUND', 'There is no message with this id.');
}

/** The reply, and its thread as it is then. */
type Finished = { readonly thread: Thread; readonly reply: Message };

/**
 * Ends a PENDING reply; the first end counts. As a rule one batch of two patches, that know nothing of the head and the
 * message but what their conditions ask; only where these do not hold is anything read.
 * @throws SkeinError NOT_FOUND
 */
export async function finishReply(
  parts: Parts,
  scope: OwnerScope,
  key: MessageKey,
  outcome: ReplyOutcome,
  call: Call,
): Promise<Finished> {
  if (key.owner !== scope.owner) throw messageNotFound();
  const { access } = parts;
  const partition = partitionOf(scope, key.thread);
  const unread = { etag: null, usage: null };
  const first = await access.batch('threads', partition, endOperations(parts, key, outcome, unread), call);
  if (first.kind === 'done') return ended(parts, scope, key, first.items, call);
  return inTurn(parts, scope, key, async () => {
    const { thread } = await requireHead(parts, scope, key.thread, call);
    const item = await access.read('threads', partition, key.message, call);
    if (item?.['kind'] !== 'message') throw messageNotFound();
    const before = messageOf(item, scope);
    if (before.status !== 'PENDING') return { thread, reply: before };
    const read = { etag: etagOf(item), usage: before.usage };
    const end = await access.batch('threads', partition, endOperations(parts, key, outcome, read), call);
    return end.kind === 'done' ? ended(parts, scope, key, end.items, call) : null;
  });
}

type Read = { readonly etag: string | null; readonly usage: Usage | null };

function endOperations({ access }: Parts, key: MessageKey, outcome: ReplyOutcome, read: Read): Operation[] {
  const { model, content } = outcome;
  // What the PENDING reply already had was counted when it was appended.
  const more = moreOf(outcome.usage, outcome.usage === null ? null : read.usage);
  const counted = moreOf(outcome.usage, null);
  const text = hasWords(content) ? windowOf(content) : null;
  const isThere = `c.kind = 'head' AND c.expiresAt > ${String(access.now())} AND NOT IS_DEFINED(c.filing)`;
  const isPending = "c.status = 'PENDING'";
  return [
    {
      kind: 'patch',
      id: HEAD_ID,
      changes: [
        { op: 'incr', path: '/usage/inputTokens', value: more.inputTokens },
        { op: 'incr', path: '/usage/outputTokens', value: more.outputTokens },
        endedChange(key.message, text, { model, ...counted }),
      ],
      condition: `from c where ${isThere}`,
    },
    {
      kind: 'patch',
      id: key.message,
      changes: endChanges(outcome, access.now()),
      ...(read.etag === null
        ? { condition: `from c where ${isPending} AND NOT IS_DEFINED(c.detail.usage)` }
        : { condition: `from c where ${isPending}`, etag: read.etag }),
    },
  ];
}

async function ended(
  parts: Parts,
  scope: OwnerScope,
  key: MessageKey,
  [head, item]: readonly (Item | null)[],
  call: Call,
): Promise<Finished> {
  if (!head || !item) throw new Error('A batch has not given back what it changed.');
  const reply = messageOf(item, scope);
  if (integer(head, 'nextSeq') > reply.seq + 1 && hasWords(reply.content)) {
    await becomeContext(parts, scope, key, reply, call);
  }
  return { thread: threadOf(head, scope), reply };
}

/** Those that were appended meanwhile have it as their context from now on. */
async function becomeContext(parts: Parts, scope: OwnerScope, key: MessageKey, message: Message, call: Call) {
  const { access, log } = parts;
  const { id, seq, author, createdAt, content } = message;
  try {
    const around = await neighbourhoodOf(access, scope, key, seq, call);
    const changes = contextChanges(around, { id, seq, author, createdAt, opening: windowOf(content) });
    if (changes.length > 0) await access.batch('threads', partitionOf(scope, key.thread), changes, call);
  } catch (error) {
    // The reply itself is stored: that is what the caller is to be told.
    log.warn({ err: error }, 'a reply is not yet context of the messages after it');
  }
}

const AT_ONCE = 100;

/** Marks FAILED every PENDING reply created before a time; gives how many. */
export async function failPendingReplies(parts: Parts, before: number, failure: Failure, call: Call): Promise<number> {
  let failed = 0;
  const seen = new Set<string>();
  for (;;) {
    const rows = await parts.access.query('threads', pendingReplies(before, AT_ONCE), call);
    const fresh = rows.filter((row) => !seen.has(nameOf(row)));
    for (const row of fresh) {
      seen.add(nameOf(row));
      if (await failReply(parts, row, failure, call)) failed += 1;
    }
    if (fresh.length === 0) return failed;
  }
}

async function failReply(parts: Parts, row: Item, failure: Failure, call: Call): Promise<boolean> {
  const key = threadKeyIn(row);
  const scope = { tenant: tenantIn(row), owner: key.owner };
  const message = messageOf(row, scope);
  const outcome: ReplyOutcome = { ...message, status: 'FAILED', failure };
  try {
    const { reply } = await finishReply(parts, scope, { ...key, message: message.id }, outcome, call);
    return reply.status === 'FAILED';
  } catch (error) {
    // Its thread has expired, or is being removed.
    if (error instanceof SkeinError && error.code === 'NOT_FOUND') return false;
    throw error;
  }
}

function nameOf(row: Item): string {
  return [tenantIn(row), threadKeyText(threadKeyIn(row)), idOf(row)].join('\n');
}
