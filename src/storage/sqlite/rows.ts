import type { SQLOutputValue } from 'node:sqlite';
import type { ModelOrigin } from '../../core/embedding-model.ts';
import type { OwnerId, Scope, TenantId } from '../../core/identity.ts';
import type { MessageId, MessageKey, ThreadId } from '../../core/ids.ts';
import type {
  Failure,
  Indexing,
  Message,
  MessageStatus,
  Metadata,
  Role,
  Thread,
  ThreadStatus,
  ToolCall,
  Usage,
} from '../../core/thread.ts';
import type { LedgerLine } from '../ledger-line.ts';
import type { Generation } from './generation.ts';

/** A row as SQLite gives it, by column name. */
export type Row = Record<string, SQLOutputValue>;

/** The columns that `threadOf` reads; needs the aliases `t` (threads), `o` (owners) and `te` (tenants). */
export const THREAD_COLUMNS = `te.tenant, o.owner, t.id AS thread, t.expires_at, t.status, t.version, t.created_at,
  t.updated_at, t.last_message_at, t.message_count, t.input_tokens, t.output_tokens, t.agent, t.title, t.metadata,
  t.instructions`;

/** The columns that `messageOf` reads; needs the aliases `m` (messages), `t`, `o` and `te`. */
export const MESSAGE_COLUMNS = `te.tenant, o.owner, t.id AS thread, m.id, m.seq, m.role, m.status, m.indexing,
  m.created_at, m.author, m.model, m.reply_to, m.tool_call_id, m.finish_reason, m.input_tokens, m.output_tokens,
  m.latency_ms, m.metadata, m.failure, m.recalled, m.tool_calls, m.content`;

/**
 * Joins to a message (alias `m`) its thread, and its owner and tenant as the message itself names them: that is what the
 * check of the scope compares, so it must not come from the key that was asked for.
 */
export const MESSAGE_JOINS = `CROSS JOIN threads t ON t.thread_row = m.thread_row
  CROSS JOIN owners o ON o.owner_row = m.owner_row
  CROSS JOIN tenants te ON te.tenant_row = o.tenant_row`;

/** What the text index is told of a message; `messageRow` is the id of its entries. */
export type IndexedMessage = {
  readonly messageRow: number;
  readonly tenantRow: number;
  readonly ownerRow: number;
  readonly threadRow: number;
  readonly seq: number;
  readonly role: Role;
  readonly status: MessageStatus;
  readonly author: string | null;
  readonly createdAt: number;
  readonly content: string;
};

/** The columns that `indexedMessageOf` reads, of alias `m` (messages). */
export const INDEXED_COLUMNS = `m.message_row, m.tenant_row, m.owner_row, m.thread_row, m.seq, m.role, m.status,
  m.author, m.created_at, m.content`;

/** A thread as its row has it. @throws Error when the row is not of the scope */
export function threadOf(row: Row, scope: Scope): Thread {
  requireInScope(row, scope);
  return {
    tenant: text(row, 'tenant') as TenantId,
    owner: text(row, 'owner') as OwnerId,
    id: text(row, 'thread') as ThreadId,
    title: textOrNull(row, 'title'),
    agent: textOrNull(row, 'agent'),
    instructions: textOrNull(row, 'instructions'),
    status: text(row, 'status') as ThreadStatus,
    metadata: json<Metadata>(row, 'metadata', {}),
    version: integer(row, 'version'),
    createdAt: integer(row, 'created_at'),
    updatedAt: integer(row, 'updated_at'),
    lastMessageAt: integerOrNull(row, 'last_message_at'),
    expiresAt: integerOrNull(row, 'expires_at'),
    messageCount: integer(row, 'message_count'),
    usage: { inputTokens: integer(row, 'input_tokens'), outputTokens: integer(row, 'output_tokens') },
  };
}

/** A message as its row has it. @throws Error when the row is not of the scope */
export function messageOf(row: Row, scope: Scope): Message {
  requireInScope(row, scope);
  return {
    tenant: text(row, 'tenant') as TenantId,
    owner: text(row, 'owner') as OwnerId,
    thread: text(row, 'thread') as ThreadId,
    id: text(row, 'id') as MessageId,
    seq: integer(row, 'seq'),
    role: text(row, 'role') as Role,
    author: textOrNull(row, 'author'),
    content: text(row, 'content'),
    toolCalls: json<readonly ToolCall[]>(row, 'tool_calls', []),
    toolCallId: textOrNull(row, 'tool_call_id'),
    model: textOrNull(row, 'model'),
    status: text(row, 'status') as MessageStatus,
    finishReason: textOrNull(row, 'finish_reason'),
    usage: usageOf(row),
    latencyMs: integerOrNull(row, 'latency_ms'),
    metadata: json<Metadata>(row, 'metadata', {}),
    createdAt: integer(row, 'created_at'),
    indexing: text(row, 'indexing') as Indexing,
    replyTo: textOrNull(row, 'reply_to') as MessageId | null,
    failure: json<Failure | null>(row, 'failure', null),
    recalled: json<readonly MessageKey[]>(row, 'recalled', []),
  };
}

/** What the text index needs of a message's row. */
export function indexedMessageOf(row: Row): IndexedMessage {
  return {
    messageRow: integer(row, 'message_row'),
    tenantRow: integer(row, 'tenant_row'),
    ownerRow: integer(row, 'owner_row'),
    threadRow: integer(row, 'thread_row'),
    seq: integer(row, 'seq'),
    role: text(row, 'role') as Role,
    status: text(row, 'status') as MessageStatus,
    author: textOrNull(row, 'author'),
    createdAt: integer(row, 'created_at'),
    content: text(row, 'content'),
  };
}

/** A line of the ledger as its row has it. @throws Error when the row is not of the scope */
export function ledgerLineOf(row: Row, scope: Scope): LedgerLine {
  requireInScope(row, scope);
  return {
    day: text(row, 'day'),
    owner: text(row, 'owner'),
    model: text(row, 'model') || null,
    messages: integer(row, 'messages'),
    replies: integer(row, 'replies'),
    usage: { inputTokens: integer(row, 'input_tokens'), outputTokens: integer(row, 'output_tokens') },
  };
}

/** The columns that `messageKeyOf` reads; needs the aliases `m` (messages), `t`, `o` and `te`. */
export const KEY_COLUMNS = 'te.tenant, o.owner, t.id AS thread, m.id';

/** A message's key as its row has it. @throws Error when the row is not of the scope */
export function messageKeyOf(row: Row, scope: Scope): MessageKey {
  requireInScope(row, scope);
  return {
    owner: text(row, 'owner') as OwnerId,
    thread: text(row, 'thread') as ThreadId,
    message: text(row, 'id') as MessageId,
  };
}

/** A tenant's name as a row has it, for housekeeping that serves all tenants. */
export function tenantOf(row: Row): TenantId {
  return text(row, 'tenant') as TenantId;
}

/** A generation of vectors as its row has it. */
export function generationOf(row: Row): Generation {
  return {
    generation: integer(row, 'generation'),
    phase: text(row, 'phase') as Generation['phase'],
    model: text(row, 'model'),
    dimensions: integer(row, 'dimensions'),
    origin: JSON.parse(text(row, 'origin')) as ModelOrigin,
  };
}

/** The column as a text. @throws Error when it is not one */
export function text(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== 'string') throw wrongType(column, 'a text', value);
  return value;
}

/** The column as a number. @throws Error when it is not one */
export function integer(row: Row, column: string): number {
  const value = row[column];
  if (typeof value !== 'number') throw wrongType(column, 'a number', value);
  return value;
}

/** The column as bytes. @throws Error when it is not a blob */
export function bytes(row: Row, column: string): Uint8Array {
  const value = row[column];
  if (!(value instanceof Uint8Array)) throw wrongType(column, 'a blob', value);
  return value;
}

/** The column as a text or null. @throws Error when it is neither */
export function textOrNull(row: Row, column: string): string | null {
  return row[column] === null ? null : text(row, column);
}

/** The column as a number or null. @throws Error when it is neither */
export function integerOrNull(row: Row, column: string): number | null {
  return row[column] === null ? null : integer(row, column);
}

/** A column's text for a value that is mostly empty: NULL then, so that it takes no room. */
export function jsonOrNull(value: object | null): string | null {
  return value === null || Object.keys(value).length === 0 ? null : JSON.stringify(value);
}

function usageOf(row: Row): Usage | null {
  const inputTokens = integerOrNull(row, 'input_tokens');
  const outputTokens = integerOrNull(row, 'output_tokens');
  return inputTokens === null || outputTokens === null ? null : { inputTokens, outputTokens };
}

function json<Value>(row: Row, column: string, empty: Value): Value {
  const value = textOrNull(row, column);
  return value === null ? empty : (JSON.parse(value) as Value);
}

/** The last line of defence between tenants: what a faulty query or a damaged file brought up must not get out. */
function requireInScope(row: Row, scope: Scope): void {
  const inScope = row['tenant'] === scope.tenant && (scope.owner === null || row['owner'] === scope.owner);
  if (!inScope) throw new Error('A row outside the scope of the call was read; it has been withheld.');
}

function wrongType(column: string, expected: string, value: SQLOutputValue | undefined): Error {
  return new Error(`Column ${column} must be ${expected}, but is ${value === null ? 'null' : typeof value}.`);
}
