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
 * The thread's latest messages, those included that no model is shown: every engine reads a page without a filter the
 * quickest, and the reply waits for it.
 */
export async function latestPage(
  messages: Pick<MessageStore, 'list'>,
  scope: OwnerScope,
  thread: ThreadKey,
  before: number | null,
  call: Call,
): Promise<Page<Message>> {
  const window = { from: 'end', limit: PAGE, after: null, before } as const;
  const [page] = await messages.list(scope, [{ thread, filter: {}, window }], call);
  return page ?? { items: [], more: false };
}

/**
 * @param read gives the latest messages before a seq
 * @param before the messages before this one
 * @param latest the first page, where it is known
 */
export function latestPages(
  read: (before: number) => Promise<Page<Message>>,
  before: number,
  latest: Page<Message> | null,
): LatestPages {
  let upTo: number | null = before;
  let first: Promise<Page<Message> | null> | null = null;

  async function next(): Promise<Page<Message> | null> {
    if (upTo === null) return null;
    const page = upTo === before && latest !== null ? latest : await read(upTo);
    upTo = page.more ? (page.items[0]?.seq ?? null) : null;
    return page;
  }

  return {
    async ahead() {
      first = next();
      await first;
    },
    async next() {
      const page = first ?? next();
      first = null;
      return page;
    },
  };
}

/**
 * Reads as many pages as the budget may hold, and of them what may be shown to a model: what is whole, and not superseded.
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
    const shown = page?.items.filter(({ status }) => status === 'COMPLETE') ?? [];
    read.push(shown);
    more = page?.more ?? false;
    for (const message of shown.toReversed()) {
      // What is beyond the budget need not be counted.
      if (left < 0) break;
      left -= costOf(message);
    }
  }
  return { messages: read.toReversed().flat(), more };
}
