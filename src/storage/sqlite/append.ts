import type { DatabaseSync } from 'node:sqlite';
import type { OwnerScope } from '../../core/identity.ts';
import type { MessageId, ThreadId } from '../../core/ids.ts';
import type { Indexing, Message, Thread } from '../../core/thread.ts';
import type { NewMessage } from '../store.ts';
import { statement } from './connection.ts';
import { countInLedger } from './ledger-entries.ts';
import { unpackMessages, type PackedMessage } from './packed-messages.ts';
import {
  integer,
  jsonOrNull,
  MESSAGE_COLUMNS,
  MESSAGE_JOINS,
  messageOf,
  threadOf,
  type IndexedMessage,
} from './rows.ts';
import { indexAppended } from './text-index.ts';
import { requireThread } from './thread-writes.ts';

type AppendArgs = {
  readonly scope: OwnerScope;
  readonly thread: ThreadId;
  readonly messages: readonly PackedMessage[];
  readonly now: number;
};

/** What became of each message: its place, or the one that was there. What the caller has is not sent back to it. */
export type Appended =
  | { readonly kind: 'stored'; readonly seq: number; readonly indexing: Indexing }
  | { readonly kind: 'there'; readonly message: Message };

/** Stores messages at the end of a thread. @throws SkeinError NOT_FOUND */
export function appendMessages(
  db: DatabaseSync,
  { scope, thread, messages: packed, now }: AppendArgs,
): { thread: Thread; messages: Appended[] } {
  const head = requireThread(db, scope, thread, now);
  const threadRow = integer(head, 'thread_row');
  const ownerRow = integer(head, 'owner_row');
  const tenantRow = integer(head, 'tenant_row');
  let seq = integer(head, 'next_seq');
  const stored: NewMessage[] = [];
  const indexed: IndexedMessage[] = [];
  const appended = unpackMessages(packed).map((message): Appended => {
    const there = findMessage(db, scope, threadRow, message.id);
    if (there !== null) return { kind: 'there', message: there };
    const indexing = indexingOf(message.content);
    const keys = { tenantRow, ownerRow, threadRow, seq };
    const messageRow = insertMessage(db, keys, message, indexing);
    stored.push(message);
    indexed.push({ messageRow, ...keys, ...indexedFields(message) });
    seq += 1;
    return { kind: 'stored', seq: keys.seq, indexing };
  });
  const before = threadOf(head, scope);
  const last = stored.at(-1);
  if (last === undefined) return { thread: before, messages: appended };
  const after: Thread = {
    ...before,
    messageCount: before.messageCount + stored.length,
    lastMessageAt: last.createdAt,
    usage: {
      inputTokens: before.usage.inputTokens + sumOf(stored, ({ usage }) => usage?.inputTokens ?? 0),
      outputTokens: before.usage.outputTokens + sumOf(stored, ({ usage }) => usage?.outputTokens ?? 0),
    },
  };
  statement(db, ADVANCE).run({
    thread_row: threadRow,
    next_seq: seq,
    message_count: after.messageCount,
    last_message_at: last.createdAt,
    input_tokens: after.usage.inputTokens,
    output_tokens: after.usage.outputTokens,
  });
  // A reply that is being written is counted when it ends: only then are its model and usage known.
  countInLedger(
    db,
    ownerRow,
    stored.filter(({ status }) => status !== 'PENDING'),
  );
  indexAppended(db, indexed);
  return { thread: after, messages: appended };
}

const ADVANCE = `UPDATE threads SET next_seq = :next_seq, message_count = :message_count,
    last_message_at = :last_message_at, active_at = :last_message_at,
    input_tokens = :input_tokens, output_tokens = :output_tokens
  WHERE thread_row = :thread_row`;

const FIND = `SELECT ${MESSAGE_COLUMNS} FROM messages m ${MESSAGE_JOINS} WHERE m.thread_row = ? AND m.id = ?`;

function findMessage(db: DatabaseSync, scope: OwnerScope, threadRow: number, id: MessageId): Message | null {
  const row = statement(db, FIND).get(threadRow, id);
  return row === undefined ? null : messageOf(row, scope);
}

const INSERT = `INSERT INTO messages (tenant_row, owner_row, thread_row, seq, role, status, indexing, created_at, author,
    model, id, reply_to, tool_call_id, finish_reason, input_tokens, output_tokens, latency_ms, metadata, tool_calls, content)
  VALUES (:tenantRow, :ownerRow, :threadRow, :seq, :role, :status, :indexing, :created_at, :author,
    :model, :id, :reply_to, :tool_call_id, :finish_reason, :input_tokens, :output_tokens, :latency_ms, :metadata,
    :tool_calls, :content)`;

type Keys = Pick<IndexedMessage, 'tenantRow' | 'ownerRow' | 'threadRow' | 'seq'>;

function insertMessage(db: DatabaseSync, keys: Keys, message: NewMessage, indexing: Indexing): number {
  const { lastInsertRowid } = statement(db, INSERT).run({
    ...keys,
    role: message.role,
    status: message.status,
    indexing,
    created_at: message.createdAt,
    author: message.author,
    model: message.model,
    id: message.id,
    reply_to: message.replyTo,
    tool_call_id: message.toolCallId,
    finish_reason: message.finishReason,
    input_tokens: message.usage?.inputTokens ?? null,
    output_tokens: message.usage?.outputTokens ?? null,
    latency_ms: message.latencyMs,
    metadata: jsonOrNull(message.metadata),
    tool_calls: jsonOrNull(message.toolCalls),
    content: message.content,
  });
  return Number(lastInsertRowid);
}

function indexedFields({ role, status, author, createdAt, content }: NewMessage) {
  return { role, status, author, createdAt, content };
}

/** Whether a message with this content waits for its vectors: a blank one has nothing to embed. */
export function indexingOf(content: string): Indexing {
  return /\S/u.test(content) ? 'PENDING' : 'READY';
}

function sumOf<Item>(items: readonly Item[], value: (item: Item) => number): number {
  return items.reduce((sum, item) => sum + value(item), 0);
}
