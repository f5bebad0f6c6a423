import type { DatabaseSync } from 'node:sqlite';
import { SkeinError } from '../../core/errors.ts';
import type { OwnerScope } from '../../core/identity.ts';
import type { MessageKey } from '../../core/ids.ts';
import type { Failure, Message, Thread, Usage } from '../../core/thread.ts';
import type { ReplyOutcome } from '../store.ts';
import { indexingOf } from './append.ts';
import { statement } from './connection.ts';
import { countInLedger } from './ledger-entries.ts';
import {
  INDEXED_COLUMNS,
  indexedMessageOf,
  integer,
  integerOrNull,
  jsonOrNull,
  MESSAGE_COLUMNS,
  MESSAGE_JOINS,
  messageOf,
  textOrNull,
  threadOf,
  type Row,
} from './rows.ts';
import { indexFinished } from './text-index.ts';
import { requireThread } from './thread-writes.ts';

/** What a write says when the message is not there, or is not in the scope: nobody learns which. */
export function messageNotFound(): SkeinError {
  return new SkeinError('NOT_FOUND', 'There is no message with this id.');
}

const FIND = `SELECT m.message_row, ${MESSAGE_COLUMNS} FROM messages m ${MESSAGE_JOINS}
  WHERE m.thread_row = ? AND m.id = ?`;

const END = `UPDATE messages SET status = :status, indexing = :indexing, content = :content, tool_calls = :tool_calls,
    model = :model, finish_reason = :finish_reason, input_tokens = :input_tokens, output_tokens = :output_tokens,
    latency_ms = :latency_ms, metadata = :metadata, failure = :failure, recalled = :recalled
  WHERE message_row = :message_row`;

const SET_USAGE = 'UPDATE threads SET input_tokens = ?, output_tokens = ? WHERE thread_row = ?';

type FinishArgs = {
  readonly scope: OwnerScope;
  readonly key: MessageKey;
  readonly outcome: ReplyOutcome;
  readonly now: number;
};

/** Ends a PENDING reply; the first end counts. @throws SkeinError NOT_FOUND */
export function finishReply(
  db: DatabaseSync,
  { scope, key, outcome, now }: FinishArgs,
): { thread: Thread; reply: Message } {
  if (key.owner !== scope.owner) throw messageNotFound();
  const head = requireThread(db, scope, key.thread, now);
  const threadRow = integer(head, 'thread_row');
  const row = statement(db, FIND).get(threadRow, key.message);
  if (row === undefined) throw messageNotFound();
  const before = messageOf(row, scope);
  const thread = threadOf(head, scope);
  if (before.status !== 'PENDING') return { thread, reply: before };
  const after: Message = { ...before, ...outcome, indexing: indexingOf(outcome.content) };
  const messageRow = integer(row, 'message_row');
  statement(db, END).run({
    message_row: messageRow,
    status: after.status,
    indexing: after.indexing,
    content: after.content,
    tool_calls: jsonOrNull(after.toolCalls),
    model: after.model,
    finish_reason: after.finishReason,
    input_tokens: after.usage?.inputTokens ?? null,
    output_tokens: after.usage?.outputTokens ?? null,
    latency_ms: after.latencyMs,
    metadata: jsonOrNull(after.metadata),
    failure: jsonOrNull(after.failure),
    recalled: jsonOrNull(after.recalled),
  });
  const usage = after.usage === null ? thread.usage : usageWith(thread.usage, before.usage, after.usage);
  if (usage !== thread.usage) statement(db, SET_USAGE).run(usage.inputTokens, usage.outputTokens, threadRow);
  const ownerRow = integer(head, 'owner_row');
  countInLedger(db, ownerRow, [after]);
  const { role, status, author, createdAt, content, seq } = after;
  const tenantRow = integer(head, 'tenant_row');
  indexFinished(db, { messageRow, tenantRow, ownerRow, threadRow, seq, role, status, author, createdAt, content });
  return { thread: { ...thread, usage }, reply: after };
}

/** What the PENDING reply already had was counted when it was appended. */
function usageWith(thread: Usage, pending: Usage | null, ended: Usage): Usage {
  const total = (part: keyof Usage) => thread[part] + ended[part] - (pending?.[part] ?? 0);
  return { inputTokens: total('inputTokens'), outputTokens: total('outputTokens') };
}

const PENDING = `SELECT ${INDEXED_COLUMNS}, m.model, m.input_tokens, m.output_tokens FROM messages m
  WHERE m.status = 'PENDING' AND m.created_at < ?`;

const FAIL = `UPDATE messages SET status = 'FAILED', failure = ? WHERE message_row = ?`;

/** Marks FAILED every PENDING reply created before a time. */
export function failPendingReplies(
  db: DatabaseSync,
  { before, failure }: { before: number; failure: Failure },
): number {
  const rows = statement(db, PENDING).all(before);
  for (const row of rows) {
    const message = indexedMessageOf(row);
    statement(db, FAIL).run(JSON.stringify(failure), message.messageRow);
    countInLedger(db, message.ownerRow, [
      { role: message.role, createdAt: message.createdAt, model: textOrNull(row, 'model'), usage: usageIn(row) },
    ]);
    indexFinished(db, { ...message, status: 'FAILED' });
  }
  return rows.length;
}

function usageIn(row: Row) {
  return {
    inputTokens: integerOrNull(row, 'input_tokens') ?? 0,
    outputTokens: integerOrNull(row, 'output_tokens') ?? 0,
  };
}
