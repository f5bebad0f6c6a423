import { encodeThreadId } from '../core/global-id.ts';
import { keyOfThread } from '../core/thread.ts';
import { readScope } from '../core/identity.ts';
import { connectionOf, orDefault, windowOf } from './connection.ts';
import { cursorOfMessage, messagePosition } from './cursors.ts';
import { messageFilter } from './filters.ts';
import type { ThreadResolvers } from './generated.ts';

const ALIKE = 5;

export const Thread: ThreadResolvers = {
  __isTypeOf: (value) => !('seq' in value),
  id: (thread) => encodeThreadId(keyOfThread(thread)),
  ownerId: (thread) => thread.owner,
  messages: async (thread, { filter: given, ...page }, { viewer, loaders }) => {
    const filter = messageFilter(viewer, given);
    const window = windowOf(page, messagePosition);
    const key = keyOfThread(thread);
    const found = await loaders.messages.load({ thread: key, filter, window });
    for (const message of found.items) loaders.prime.message(message);
    return connectionOf(found, window, cursorOfMessage, () => loaders.messageCount.load({ thread: key, filter }));
  },
  related: (thread, { first, after }, { viewer, services, call }) => {
    const page = { first: orDefault(first, ALIKE), after: after ?? null };
    return services.search.related(readScope(viewer), thread, page, call);
  },
};
