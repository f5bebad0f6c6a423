import type { Sending } from '../conversation/sending.ts';
import type { ThreadFeed } from '../conversation/thread-feed.ts';
import type { Threads } from '../conversation/threads.ts';
import type { Search } from '../search/search.ts';
import type { IndexStore, MessageStore, ThreadStore } from '../storage/store.ts';

/** What resolvers reach: the services, and reads through loaders whose scope is the viewer's. */
export type Services = {
  readonly threads: Threads;
  readonly sending: Sending;
  readonly feed: ThreadFeed;
  readonly search: Search;
  readonly reads: {
    readonly threads: Pick<ThreadStore, 'get' | 'list' | 'count'>;
    readonly messages: Pick<MessageStore, 'get' | 'list' | 'count'>;
    readonly index: Pick<IndexStore, 'countPending'>;
  };
};
