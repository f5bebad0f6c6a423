import { randomBytes } from 'node:crypto';
import type { Ranked } from './ranking.ts';

/** A list as it was ranked for someone's first page, and the words that were looked for, as they were understood. */
export type RankedList = { readonly id: string; readonly ranked: readonly Ranked[]; readonly words: readonly string[] };

/**
 * Remembers ranked lists for a while, so that the pages of one search are pages of one list, whatever is written
 * meanwhile, and cost no second search. A list holds keys and scores, no content.
 */
export type RankedLists = {
  /** @param search what was searched: a list is only given back for the same */
  keep(search: string, list: Omit<RankedList, 'id'>): RankedList;
  recall(search: string, id: string): RankedList | null;
};

/** Some 100 KB each at most. */
const LISTS = 200;
const KEPT_MS = 10 * 60_000;

export function rememberLists(now: () => number): RankedLists {
  const lists = new Map<string, { list: RankedList; search: string; until: number }>();
  return {
    keep(search, found) {
      const list = { id: randomBytes(9).toString('base64url'), ...found };
      lists.set(list.id, { list, search, until: now() + KEPT_MS });
      const oldest = lists.keys().next();
      if (lists.size > LISTS && oldest.done !== true) lists.delete(oldest.value);
      return list;
    },
    recall(search, id) {
      const known = lists.get(id);
      return known?.search === search && known.until > now() ? known.list : null;
    },
  };
}
