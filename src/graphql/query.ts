import { SkeinError } from '../core/errors.ts';
import { decodeGlobalId, threadKeyOf } from '../core/global-id.ts';
import { readScope } from '../core/identity.ts';
import { LIMITS, requireCount } from '../core/limits.ts';
import type { Message, Thread } from '../core/thread.ts';
import type { ThreadOrder } from '../storage/store.ts';
import { connectionOf, orDefault, windowOf } from './connection.ts';
import type { RequestContext } from './context.ts';
import { cursorOfThread, threadPosition } from './cursors.ts';
import { messageFilter, threadFilter } from './filters.ts';
import type { QueryResolvers, SearchMode } from './generated.ts';

const LATEST_FIRST: ThreadOrder = { field: 'LAST_MESSAGE_AT', direction: 'DESC' };

export const Query: Required<QueryResolvers> = {
  viewer: (_, __, { viewer }) => viewer,

  node: async (_, { id }, context) => {
    const found = await nodeById(id, context);
    if (found === null) throw new SkeinError('NOT_FOUND', 'There is nothing with this id.', { field: 'id' });
    return found;
  },

  nodes: (_, { ids }, context) => {
    requireCount(ids.length, LIMITS.nodes, 'ids');
    return Promise.all(ids.map((id) => nodeById(id, context)));
  },

  thread: async (_, { id }, { loaders }) => {
    const thread = await loaders.thread.load(threadKeyOf(id, 'id'));
    if (thread === null) throw new SkeinError('NOT_FOUND', 'There is no thread with this id.', { field: 'id' });
    return thread;
  },

  threads: async (_, { filter: given, orderBy, ...page }, { viewer, services, loaders, call }) => {
    const { threads } = services.reads;
    const filter = threadFilter(viewer, given);
    const order: ThreadOrder = { ...LATEST_FIRST, ...orderBy };
    const window = windowOf(page, (cursor, argument) => threadPosition(cursor, argument, order));
    const scope = readScope(viewer);
    const found = await call.meter.time('storage', () => threads.list(scope, filter, order, window, call));
    for (const thread of found.items) loaders.prime.thread(thread);
    return connectionOf(
      found,
      window,
      (thread) => cursorOfThread(thread, order),
      () => threads.count(scope, filter, call),
    );
  },

  searchMessages: async (_, { query, filter, mode, minScore, first, after }, { viewer, services, loaders, call }) => {
    const found = await services.search.messages(
      readScope(viewer),
      {
        query,
        filter: messageFilter(viewer, filter),
        mode: orDefault<SearchMode>(mode, 'HYBRID'),
        minScore: minScore ?? null,
        first: orDefault(first, 10),
        after: after ?? null,
      },
      call,
    );
    for (const { node } of found.edges) loaders.prime.message(node.message);
    return found;
  },

  searchThreads: async (_, { query, filter, mode, first, after }, { viewer, services, call }) =>
    services.search.threads(
      readScope(viewer),
      {
        query,
        filter: messageFilter(viewer, filter),
        mode: orDefault<SearchMode>(mode, 'HYBRID'),
        first: orDefault(first, 10),
        after: after ?? null,
      },
      call,
    ),
};

async function nodeById(id: string, { loaders }: RequestContext): Promise<Thread | Message | null> {
  const decoded = decodeGlobalId(id);
  switch (decoded?.kind) {
    case 'thread':
      return loaders.thread.load(decoded.key);
    case 'message':
      return loaders.message.load(decoded.key);
    case undefined:
      return null;
  }
}
