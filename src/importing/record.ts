import { SkeinError } from '../core/errors.ts';
import { ownerId } from '../core/identity.ts';
import { newThreadId, type ThreadKey } from '../core/ids.ts';
import { LIMITS, requireBytes, requireCharacters, requireMetadata } from '../core/limits.ts';
import type { Metadata, ThreadStatus } from '../core/thread.ts';
import { newMessage, type MessageInput } from '../conversation/input.ts';
import type { NewMessage } from '../storage/store.ts';

/** A thread as a file tells it. `key` becomes its idempotency key; times are epoch milliseconds, null when not told. */
export type ThreadRecord = {
  readonly key: string;
  readonly title: string | null;
  readonly agent: string | null;
  readonly instructions: string | null;
  readonly status: ThreadStatus;
  readonly metadata: Metadata;
  readonly createdAt: number | null;
  readonly expiresAt: number | null;
};

/** A message as a file tells it. `key` becomes its idempotency key within its thread. */
export type MessageRecord = Omit<MessageInput, 'idempotencyKey'> & {
  readonly key: string;
  readonly finishReason: string | null;
};

/** A thread that the file only mentions: it has messages, and no line of its own. */
export function bareThread(key: string, createdAt: number | null): ThreadRecord {
  return {
    key,
    title: null,
    agent: null,
    instructions: null,
    status: 'ACTIVE',
    metadata: {},
    createdAt,
    expiresAt: null,
  };
}

/** @returns which rule of threads this one breaks, as a sentence, or null */
export function ruleBrokenByThread(thread: ThreadRecord, now: number): string | null {
  return firstFault(() => {
    requireCharacters(thread.key, LIMITS.idempotencyKeyCharacters, 'thread.key');
    requireCharacters(thread.title ?? '', LIMITS.titleCharacters, 'thread.title');
    requireCharacters(thread.agent ?? '', LIMITS.nameCharacters, 'thread.agent');
    requireBytes(thread.instructions ?? '', LIMITS.instructionsBytes, 'thread.instructions');
    requireMetadata(thread.metadata, 'thread.metadata');
    if (thread.expiresAt !== null && thread.expiresAt <= now) {
      const time = new Date(thread.expiresAt).toISOString();
      throw new SkeinError('BAD_USER_INPUT', `thread.expiresAt, ${time}, has passed: such a thread would not be kept.`);
    }
  });
}

/** @returns which rule of messages this one breaks, as a sentence, or null */
export function ruleBrokenByMessage(message: MessageRecord): string | null {
  return firstFault(() => {
    toNewMessage(message, SOME_THREAD, 0);
  });
}

/** The message as it is stored in a thread. `now` is its time where it tells none. */
export function toNewMessage(message: MessageRecord, thread: ThreadKey, now: number): NewMessage {
  const { key, finishReason, ...rest } = message;
  return { ...newMessage(thread, { ...rest, idempotencyKey: key }, 'message', now), finishReason };
}

/** The rules of a message do not depend on its thread. */
const SOME_THREAD: ThreadKey = { owner: ownerId('any'), thread: newThreadId(ownerId('any'), 'any') };

function firstFault(check: () => void): string | null {
  try {
    check();
    return null;
  } catch (error) {
    if (error instanceof SkeinError) return error.message;
    throw error;
  }
}
