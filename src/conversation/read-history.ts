import type { OwnerScope } from '../core/identity.ts';
import type { ThreadKey } from '../core/ids.ts';
import type { Message } from '../core/thread.ts';
import type { Call, MessageStore, Page } from '../storage/store.ts';
import type { MessageCost } from './history.ts';

const PAGE = 100;

/** However short the messages are, and however large the budget: 5,000 of them. */
const MOST_PAGES = 50;

/** A thread's messages from its end, page by page. */
export type LatestPages = {
  /** Reads the first page ahead of need. */
  ahead(): Promise<void>;
  /** The page before the one given last; null when there is none. */
  next(): Promise<Page<Message> | null>;
};

/**
 * Reads what may be shown to a model: what is whole, and not superseded.
 * @param before the messages before this seq
 */
export function latestPages(
  messages: Pick<MessageStore, 'list'>,
  scope: OwnerScope,
  thread: ThreadKey,
  before: number,
  call: Call,
): LatestPages {
  let upTo: number | null = before;
  let first: Promise<Page<Message> | null> | null = null;

  async function read(): Promise<Page<Message> | null> {
    if (upTo === null) return null;
    const window = { from: 'end', limit: PAGE, after: null, before: upTo } as const;
    const [page] = await messages.list(scope, [{ thread, filter: { statuses: ['COMPLETE'] }, window }], call);
    upTo = page?.more === true ? (page.items[0]?.seq ?? null) : null;
    return page ?? null;
  }

  return {
    async ahead() {
      first = read();
      await first;
    },
    async next() {
      const page = first ?? read();
      first = null;
      return page;
    },
  };
}

/**
 * Reads as many pages as the budget may hold.
 * @param budget tokens
 * @returns the messages by seq, and whether there are older ones that were not read
 */
export async function readHistory(
  pages: LatestPages,
  budget: number,
  costOf: MessageCost,
): Promise<{ messages: readonly Message[]; more: boolean }> {
  const read: (readonly Message[])[] = [];
  let left = budget;
  let more = true;
  while (more && left >= 0 && read.length < MOST_PAGES) {
    const page = await pages.next();
    read.push(page?.items ?? []);
    more = page?.more ?? false;
    for (const message of page?.items.toReversed() ?? []) {
      // What is beyond the budget need not be counted.
      if (left < 0) break;
      left -= costOf(message);
    }
  }
  return { messages: read.toReversed().flat(), more };
}
