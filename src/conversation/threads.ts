import { SkeinError } from '../core/errors.ts';
import { ownScope, type Viewer } from '../core/identity.ts';
import { newThreadId, type MessageKey, type ThreadKey } from '../core/ids.ts';
import { LIMITS, requireCount } from '../core/limits.ts';
import type { Message, Thread } from '../core/thread.ts';
import { giveWay } from '../core/turns.ts';
import type { Call, MessageStore, NewMessage, ThreadStore } from '../storage/store.ts';
import {
  checkThread,
  checkThreadChange,
  newMessage,
  threadNotFound,
  writeScope,
  type MessageInput,
  type ThreadChangeInput,
  type ThreadInput,
} from './input.ts';
import type { ThreadFeed } from './thread-feed.ts';
import { requireKnownToolCalls } from './tool-calls.ts';

/** Threads and messages as their owners keep them: everything but replies. */
export type Threads = ReturnType<typeof createThreads>;

/**
 * @param stored is called after every write that left something to embed
 * @param now gives epoch milliseconds
 */
export function createThreads({
  threads,
  messages,
  feed,
  stored,
  now,
}: {
  threads: ThreadStore;
  messages: MessageStore;
  feed: ThreadFeed;
  stored: () => void;
  now: () => number;
}) {
  return {
    /** @throws SkeinError LIMIT_EXCEEDED, BAD_USER_INPUT */
    async create(viewer: Viewer, input: ThreadInput, call: Call): Promise<Thread> {
      checkThread(input);
      const { idempotencyKey, ...fields } = input;
      const { thread } = await threads.create(
        ownScope(viewer),
        { ...fields, id: newThreadId(viewer.user, idempotencyKey), status: 'ACTIVE', createdAt: now() },
        call,
      );
      return thread;
    },

    /** @throws SkeinError CONFLICT when `ifVersion` is given and stale; NOT_FOUND, FORBIDDEN, LIMIT_EXCEEDED */
    async update(
      viewer: Viewer,
      key: ThreadKey,
      change: ThreadChangeInput,
      ifVersion: number | null,
      call: Call,
    ): Promise<Thread> {
      const scope = writeScope(viewer, key, 'change', 'input.id');
      checkThreadChange(change);
      const thread = await threads.update(scope, key.thread, change, ifVersion, call);
      feed.changed(thread);
      return thread;
    },

    /** @throws SkeinError NOT_FOUND, FORBIDDEN */
    async delete(viewer: Viewer, key: ThreadKey, call: Call): Promise<void> {
      const scope = writeScope(viewer, key, 'change', 'id');
      if (!(await threads.delete(scope, key.thread, call))) throw threadNotFound('id');
      feed.deleted(scope.tenant, key);
    },

    /** @throws SkeinError NOT_FOUND, FORBIDDEN, LIMIT_EXCEEDED, BAD_USER_INPUT; nothing is written then */
    async append(
      viewer: Viewer,
      key: ThreadKey,
      inputs: readonly MessageInput[],
      call: Call,
    ): Promise<{ thread: Thread; messages: Message[] }> {
      const scope = writeScope(viewer, key, 'speak', 'input.threadId');
      const field = 'input.messages';
      if (inputs.length === 0) {
        throw new SkeinError('BAD_USER_INPUT', `${field} must have at least one message.`, { field });
      }
      requireCount(inputs.length, LIMITS.appendBatch, field);
      const time = now();
      const fresh: NewMessage[] = [];
      for (const [at, input] of inputs.entries()) {
        await giveWay();
        fresh.push(newMessage(key, input, `${field}.${String(at)}`, time));
      }
      await requireKnownToolCalls(messages, scope, key, inputs, field, call);
      const appended = await messages.append(scope, key.thread, fresh, call);
      if (appended.messages.some(({ created }) => created)) {
        stored();
        feed.appended(appended.thread);
      }
      return { thread: appended.thread, messages: appended.messages.map(({ message }) => message) };
    },

    /** @throws SkeinError NOT_FOUND, FORBIDDEN */
    async deleteMessage(viewer: Viewer, key: MessageKey, call: Call): Promise<void> {
      const scope = writeScope(viewer, key, 'change', 'id');
      if (!(await messages.delete(scope, key, call))) {
        throw new SkeinError('NOT_FOUND', 'There is no message with this id.', { field: 'id' });
      }
      stored();
      feed.messageDeleted(scope.tenant, key);
    },
  };
}
