import { SkeinError } from '../core/errors.ts';
import type { MessageKey, ThreadKey } from '../core/ids.ts';
import type { NewMessage } from '../storage/store.ts';
import { newMessage, type SendInput } from './input.ts';

/** The message that a caller sends. @throws SkeinError BAD_USER_INPUT when it says nothing; LIMIT_EXCEEDED */
export function newUserMessage(thread: ThreadKey, input: SendInput & { content: string }, now: number): NewMessage {
  if (input.content.trim() === '') {
    throw new SkeinError('BAD_USER_INPUT', 'input.content must say something.', { field: 'input.content' });
  }
  const { content, author, idempotencyKey, metadata } = input;
  return newMessage(
    thread,
    {
      role: 'USER',
      content,
      author,
      idempotencyKey,
      metadata,
      toolCalls: [],
      toolCallId: null,
      model: null,
      usage: null,
      createdAt: null,
    },
    'input',
    now,
  );
}

/** The place of a reply that is going to be written. */
export function pendingReply(reply: MessageKey, replyTo: NewMessage['replyTo'], now: number): NewMessage {
  return {
    id: reply.message,
    role: 'ASSISTANT',
    author: null,
    content: '',
    toolCalls: [],
    toolCallId: null,
    model: null,
    status: 'PENDING',
    finishReason: null,
    usage: null,
    latencyMs: null,
    metadata: {},
    createdAt: now,
    replyTo,
  };
}
