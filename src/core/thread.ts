import type { OwnerId, TenantId } from './identity.ts';
import type { MessageId, MessageKey, ThreadId, ThreadKey } from './ids.ts';

/** Pairs of strings that a caller keeps with a thread or message. */
export type Metadata = Readonly<Record<string, string>>;

/** Tokens as the model's provider counted them. */
export type Usage = { readonly inputTokens: number; readonly outputTokens: number };

export type ThreadStatus = 'ACTIVE' | 'ARCHIVED';
export type Role = 'SYSTEM' | 'USER' | 'ASSISTANT' | 'TOOL';
export type MessageStatus = 'PENDING' | 'COMPLETE' | 'FAILED' | 'SUPERSEDED';

/** Whether a message is found by meaning yet. By keyword it is found from the append on. */
export type Indexing = 'PENDING' | 'READY' | 'FAILED';

/** Times are epoch milliseconds (UTC) everywhere inside; ISO 8601 strings at the edge. */
export type Thread = {
  readonly tenant: TenantId;
  readonly owner: OwnerId;
  readonly id: ThreadId;
  readonly title: string | null;
  readonly agent: string | null;
  readonly instructions: string | null;
  readonly status: ThreadStatus;
  readonly metadata: Metadata;
  /** Grows by one with every change of the thread's own fields (not with appends): what `ifVersion` compares. */
  readonly version: number;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly lastMessageAt: number | null;
  readonly expiresAt: number | null;
  readonly messageCount: number;
  /** Sum over its messages, deleted ones included. */
  readonly usage: Usage;
};

/** A model's wish to have a tool called; `arguments` is JSON text, as the model wrote it. */
export type ToolCall = { readonly id: string; readonly name: string; readonly arguments: string };

export type FailureCode =
  | 'RATE_LIMITED'
  | 'TIMEOUT'
  | 'CONTENT_FILTERED'
  | 'CONTEXT_TOO_LONG'
  | 'UNAVAILABLE'
  | 'REJECTED'
  | 'INTERRUPTED'
  | 'CANCELLED';

/** Why a reply is FAILED. */
export type Failure = { readonly code: FailureCode; readonly message: string; readonly retryable: boolean };

export type Message = {
  readonly tenant: TenantId;
  readonly owner: OwnerId;
  readonly thread: ThreadId;
  readonly id: MessageId;
  /** Place in the thread: 1, 2, 3 … Messages order by it and by nothing else. */
  readonly seq: number;
  readonly role: Role;
  readonly author: string | null;
  readonly content: string;
  readonly toolCalls: readonly ToolCall[];
  readonly toolCallId: string | null;
  readonly model: string | null;
  readonly status: MessageStatus;
  readonly finishReason: string | null;
  readonly usage: Usage | null;
  readonly latencyMs: number | null;
  readonly metadata: Metadata;
  readonly createdAt: number;
  readonly indexing: Indexing;
  /** The message that this one replies to. */
  readonly replyTo: MessageId | null;
  readonly failure: Failure | null;
  /** Messages of other threads that the reply drew on. */
  readonly recalled: readonly MessageKey[];
};

export function keyOfThread(thread: Thread): ThreadKey {
  return { owner: thread.owner, thread: thread.id };
}

export function keyOfMessage(message: Message): MessageKey {
  return { owner: message.owner, thread: message.thread, message: message.id };
}

export function threadKeyOfMessage(message: Message): ThreadKey {
  return { owner: message.owner, thread: message.thread };
}
