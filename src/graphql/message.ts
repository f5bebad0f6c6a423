import { SkeinError } from '../core/errors.ts';
import { encodeMessageId } from '../core/global-id.ts';
import { keyOfMessage, threadKeyOfMessage } from '../core/thread.ts';
import type { Window } from '../storage/store.ts';
import { orDefault, within } from './connection.ts';
import type { MessageResolvers } from './generated.ts';

const MOST_NEIGHBOURS = 20;

export const Message: MessageResolvers = {
  __isTypeOf: (value) => 'seq' in value,
  id: (message) => encodeMessageId(keyOfMessage(message)),
  thread: async (message, _, { loaders }) => {
    const thread = await loaders.thread.load(threadKeyOfMessage(message));
    if (thread === null) throw new SkeinError('NOT_FOUND', 'The thread of this message was deleted meanwhile.');
    return thread;
  },
  neighbours: async (message, given, { loaders }) => {
    const thread = threadKeyOfMessage(message);
    const before = within(orDefault(given.before, 1), 0, MOST_NEIGHBOURS, 'before');
    const after = within(orDefault(given.after, 1), 0, MOST_NEIGHBOURS, 'after');
    const windows: Window<number>[] = [
      { from: 'end', limit: before, after: null, before: message.seq },
      { from: 'start', limit: after, after: message.seq, before: null },
    ];
    const pages = await Promise.all(
      windows.filter(({ limit }) => limit > 0).map((window) => loaders.messages.load({ thread, filter: {}, window })),
    );
    return pages.flatMap(({ items }) => items);
  },
  recalled: async (message, _, { loaders }) => {
    const found = await Promise.all(message.recalled.map((key) => loaders.message.load(key)));
    return found.filter((source) => source !== null);
  },
};
