import DataLoader from 'dataloader';
import type { Scope } from '../core/identity.ts';
import { messageKeyText, threadKeyText, type MessageKey, type ThreadKey } from '../core/ids.ts';
import { keyOfMessage, keyOfThread, type Message, type Thread } from '../core/thread.ts';
import type { Call, MessageListQuery, Page } from '../storage/store.ts';
import type { Services } from './services.ts';

type MessageCount = Omit<MessageListQuery, 'window'>;

/** Reads that many fields of one request ask for: each kind goes to storage as one batch, scoped by the viewer. */
export type Loaders = ReturnType<typeof createLoaders>;

/** @param scope baked in: no caller can leave it out */
export function createLoaders(reads: Services['reads'], scope: Scope, call: Call) {
  const measured = <Result>(read: () => Promise<Result>) => call.meter.time('storage', read);
  const maxBatchSize = 100;

  const thread = new DataLoader<ThreadKey, Thread | null, string>(
    (keys) => measured(() => reads.threads.get(scope, keys, call)),
    { cacheKeyFn: threadKeyText, maxBatchSize },
  );
  const message = new DataLoader<MessageKey, Message | null, string>(
    (keys) => measured(() => reads.messages.get(scope, keys, call)),
    { cacheKeyFn: messageKeyText, maxBatchSize },
  );
  const messages = new DataLoader<MessageListQuery, Page<Message>, string>(
    (queries) => measured(() => reads.messages.list(scope, queries, call)),
    { cacheKeyFn: (query) => JSON.stringify(query), maxBatchSize },
  );
  const messageCount = new DataLoader<MessageCount, number, string>(
    (queries) => measured(() => reads.messages.count(scope, queries, call)),
    { cacheKeyFn: (query) => JSON.stringify(query), maxBatchSize },
  );

  return {
    thread,
    message,
    messages,
    messageCount,
    /** What a list gave need not be read again one by one. */
    prime: {
      thread: (read: Thread) => thread.prime(keyOfThread(read), read),
      message: (read: Message) => message.prime(keyOfMessage(read), read),
    },
    /** To be called before a write and for every event of a subscription: what was read before is no longer so. */
    forget() {
      thread.clearAll();
      message.clearAll();
      messages.clearAll();
      messageCount.clearAll();
    },
  };
}
