import type { OwnerScope } from '../../core/identity.ts';
import type { ThreadId } from '../../core/ids.ts';
import type { Message } from '../../core/thread.ts';
import type { MessageListQuery, MessageStore, NewMessage, Page } from '../store.ts';
import type { Access } from './access.ts';
import type { Appended } from './append.ts';
import { isUnfiltered } from './filters.ts';
import { countMessages, getMessages, listMessages } from './message-reads.ts';
import { encodedContents, packMessages } from './packed-messages.ts';

/** The message port over an SQLite file. */
export function sqliteMessages(access: Access): MessageStore {
  const { now } = access;
  return {
    async append(scope, thread, messages, call) {
      const packed = await packMessages(messages);
      const args = { scope, thread, messages: packed, now: now() };
      const appended = await access.write('appendMessages', args, call, encodedContents(packed));
      return {
        thread: appended.thread,
        messages: messages.map((message, place) => storedMessage(scope, thread, message, appended.messages[place])),
      };
    },

    async replaceReply(scope, replaced, reply, call) {
      const { thread, reply: appended } = await access.write(
        'replaceReply',
        { scope, replaced, reply, now: now() },
        call,
      );
      const { message, created } = storedMessage(scope, replaced.thread, reply, appended);
      return { thread, reply: message, created };
    },

    async get(scope, keys, call) {
      const messages: (Message | null)[] = [];
      while (messages.length < keys.length) {
        const left = keys.slice(messages.length);
        messages.push(...(await access.read(getMessages, { scope, keys: left, now: now() }, call)));
      }
      call.meter.storage({ requests: 0, rows: messages.filter((message) => message !== null).length });
      return messages;
    },

    async list(scope, queries, call) {
      const found = queries.map((): Message[] => []);
      // One more than is wanted tells whether there are more.
      let left = queries.map((query, place) => ({ place, query: withLimit(query, query.window.limit + 1) }));
      while (left.length > 0) {
        const args = { scope, queries: left.map(({ query }) => query), now: now() };
        // An index leads straight to the windows, unless a filter has the engine look at rows that it will not give.
        const parts = queries.every(({ filter }) => isUnfiltered(filter))
          ? await access.read(listMessages, args, call)
          : await access.scan('listMessages', args, call);
        left = left.flatMap(({ place }, at) => {
          const { messages = [], rest = null } = parts[at] ?? {};
          found[place]?.push(...messages);
          return rest === null ? [] : [{ place, query: rest }];
        });
      }
      const pages = queries.map(({ window }, place) => pageOf(found[place] ?? [], window));
      call.meter.storage({ requests: 0, rows: pages.reduce((rows, page) => rows + page.items.length, 0) });
      return pages;
    },

    async count(scope, queries, call) {
      const args = { scope, queries, now: now() };
      const counts = queries.every(({ filter }) => isUnfiltered(filter))
        ? await access.read(countMessages, args, call)
        : await access.scan('countMessages', args, call);
      call.meter.storage({ requests: 0, rows: counts.length });
      return counts;
    },

    finish: (scope, key, outcome, call) => access.write('finishReply', { scope, key, outcome, now: now() }, call),

    delete: (scope, key, call) => access.write('deleteMessage', { scope, key, now: now() }, call),

    failPending: (before, failure, call) => access.write('failPendingReplies', { before, failure }, call),
  };
}

function withLimit(query: MessageListQuery, limit: number): MessageListQuery {
  return { ...query, window: { ...query.window, limit } };
}

/** @param messages one more than the limit where there is one */
function pageOf(messages: readonly Message[], { from, limit }: MessageListQuery['window']): Page<Message> {
  const bySeq = messages.toSorted((one, other) => one.seq - other.seq);
  const items = from === 'start' ? bySeq.slice(0, limit) : bySeq.slice(-limit);
  return { items, more: messages.length > limit };
}

function storedMessage(
  { tenant, owner }: OwnerScope,
  thread: ThreadId,
  message: NewMessage,
  appended: Appended | undefined,
): { message: Message; created: boolean } {
  if (appended === undefined) throw new Error('The writer has not answered for every message.');
  if (appended.kind === 'there') return { message: appended.message, created: false };
  const { seq, indexing } = appended;
  return {
    message: { tenant, owner, thread, ...message, seq, indexing, failure: null, recalled: [] },
    created: true,
  };
}
