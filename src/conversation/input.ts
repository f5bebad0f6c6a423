import { SkeinError } from '../core/errors.ts';
import type { OwnerScope, Viewer } from '../core/identity.ts';
import { mayChange, seesTenant } from '../core/identity.ts';
import { newMessageId, type MessageId, type ThreadKey } from '../core/ids.ts';
import { LIMITS, requireBytes, requireCharacters, requireCount, requireMetadata } from '../core/limits.ts';
import type { Metadata, Role, ThreadStatus, ToolCall, Usage } from '../core/thread.ts';
import type { ChatTool } from '../models/chat.ts';
import type { NewMessage, ThreadChange } from '../storage/store.ts';
import type { Recall } from './recall.ts';

/** A thread to open, as a caller describes it. */
export type ThreadInput = {
  readonly title: string | null;
  readonly agent: string | null;
  readonly instructions: string | null;
  readonly metadata: Metadata;
  readonly expiresAt: number | null;
  readonly idempotencyKey: string | null;
};

/** A message to append as it is, as a caller describes it. */
export type MessageInput = {
  readonly role: Role;
  readonly author: string | null;
  readonly content: string;
  readonly toolCalls: readonly ToolCall[];
  readonly toolCallId: string | null;
  readonly model: string | null;
  readonly usage: Usage | null;
  readonly metadata: Metadata;
  /** Null: now. */
  readonly createdAt: number | null;
  readonly idempotencyKey: string | null;
};

/** A message to send, as a caller describes it. */
export type SendInput = {
  /** Null: go on from the thread's last message. */
  readonly content: string | null;
  readonly author: string | null;
  readonly model: string | null;
  readonly tools: readonly ChatTool[];
  readonly recall: Recall | null;
  readonly idempotencyKey: string | null;
  readonly metadata: Metadata;
};

/** A reply to write anew, as a caller describes it. */
export type RegenerateInput = Pick<SendInput, 'model' | 'tools' | 'recall' | 'idempotencyKey'> & {
  /** The message that the caller takes for the thread's last; null: whichever is. */
  readonly messageId: MessageId | null;
};

/** What a thread may be changed to. */
export type ThreadChangeInput = {
  readonly title?: string | null;
  readonly status?: ThreadStatus;
  readonly metadata?: Metadata;
  readonly expiresAt?: number | null;
};

/** @throws SkeinError LIMIT_EXCEEDED, BAD_USER_INPUT */
export function checkThread(input: ThreadInput): void {
  checkTitle(input.title);
  requireCharacters(input.agent ?? '', LIMITS.nameCharacters, 'input.agent');
  requireBytes(input.instructions ?? '', LIMITS.instructionsBytes, 'input.instructions');
  requireMetadata(input.metadata, 'input.metadata');
  checkIdempotencyKey(input.idempotencyKey, 'input.idempotencyKey');
}

/** @throws SkeinError LIMIT_EXCEEDED, BAD_USER_INPUT */
export function checkThreadChange(change: ThreadChange): void {
  checkTitle(change.title ?? null);
  if (change.metadata !== undefined) requireMetadata(change.metadata, 'input.metadata');
}

function checkTitle(title: string | null): void {
  requireCharacters(title ?? '', LIMITS.titleCharacters, 'input.title');
}

/** @throws SkeinError BAD_USER_INPUT when empty, LIMIT_EXCEEDED */
export function checkIdempotencyKey(key: string | null, field: string): void {
  if (key === '')
    throw new SkeinError('BAD_USER_INPUT', `${field} must not be empty; leave it out instead.`, { field });
  requireCharacters(key ?? '', LIMITS.idempotencyKeyCharacters, field);
}

/**
 * Checks a message and gives it its id.
 * @param field the message's path in what the caller wrote, for errors
 * @throws SkeinError LIMIT_EXCEEDED, BAD_USER_INPUT
 */
export function newMessage(thread: ThreadKey, input: MessageInput, field: string, now: number): NewMessage {
  requireCharacters(input.author ?? '', LIMITS.nameCharacters, `${field}.author`);
  requireCharacters(input.model ?? '', LIMITS.nameCharacters, `${field}.model`);
  requireCharacters(input.toolCallId ?? '', LIMITS.nameCharacters, `${field}.toolCallId`);
  requireCount(input.toolCalls.length, LIMITS.toolCalls, `${field}.toolCalls`);
  const tools = input.toolCalls.length === 0 ? '' : JSON.stringify(input.toolCalls);
  requireBytes(input.content + tools, LIMITS.contentBytes, `${field}.content`);
  requireMetadata(input.metadata, `${field}.metadata`);
  checkIdempotencyKey(input.idempotencyKey, `${field}.idempotencyKey`);
  if (input.toolCalls.length > 0 && input.role !== 'ASSISTANT') {
    throw new SkeinError('BAD_USER_INPUT', `${field}.toolCalls: only an ASSISTANT message asks for tools.`, {
      field: `${field}.toolCalls`,
    });
  }
  if (input.usage !== null && (input.usage.inputTokens < 0 || input.usage.outputTokens < 0)) {
    throw new SkeinError('BAD_USER_INPUT', `${field}.usage: tokens cannot be negative.`, { field: `${field}.usage` });
  }
  return {
    id: newMessageId(thread, input.idempotencyKey),
    role: input.role,
    author: input.author,
    content: input.content,
    toolCalls: input.toolCalls,
    toolCallId: input.toolCallId,
    model: input.model,
    status: 'COMPLETE',
    finishReason: null,
    usage: input.usage,
    latencyMs: null,
    metadata: input.metadata,
    createdAt: input.createdAt ?? now,
    replyTo: null,
  };
}

/**
 * The scope in which a viewer writes to a thread. Its owner does; an admin changes and deletes threads of others, but
 * does not speak in them.
 * @throws SkeinError FORBIDDEN when the viewer may only read it; NOT_FOUND when they may not even know of it
 */
export function writeScope(viewer: Viewer, thread: ThreadKey, what: 'speak' | 'change', field: string): OwnerScope {
  const allowed = what === 'change' ? mayChange(viewer, thread.owner) : viewer.user === thread.owner;
  if (allowed) return { tenant: viewer.tenant, owner: thread.owner };
  if (!seesTenant(viewer)) throw threadNotFound(field);
  const message =
    what === 'speak' ? 'Only its owner writes messages to a thread.' : 'Only its owner or an admin changes a thread.';
  throw new SkeinError('FORBIDDEN', message, { field });
}

/** Someone else's thread and one that never was are told apart by nothing. */
export function threadNotFound(field: string): SkeinError {
  return new SkeinError('NOT_FOUND', 'There is no thread with this id.', { field });
}
