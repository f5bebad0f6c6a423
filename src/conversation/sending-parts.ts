import type { Log } from '../core/log.ts';
import type { ChatModel } from '../models/chat.ts';
import type { Search } from '../search/search.ts';
import type { MessageStore, ThreadStore } from '../storage/store.ts';
import type { ThreadFeed } from './thread-feed.ts';

/** What sending a message needs. */
export type SendingParts = {
  readonly threads: ThreadStore;
  readonly messages: MessageStore;
  readonly search: Pick<Search, 'messages'>;
  readonly chat: ChatModel;
  readonly feed: ThreadFeed;
  /** Called after every write that left something to embed. */
  readonly stored: () => void;
  readonly historyTokens: number;
  readonly now: () => number;
  readonly log: Log;
};
