import { termsIn } from '../core/words.ts';
import type { SearchField, WordCounts } from './store.ts';

/** What the search fields of a message are made of. Neighbours are the nearest messages with content, else null. */
export type SearchSource = {
  readonly author: string | null;
  readonly content: string;
  readonly createdAt: number;
  /** The message before. */
  readonly previous: string | null;
  /** The one before that. */
  readonly earlier: string | null;
  /** The message after. */
  readonly next: string | null;
};

/**
 * How much of a neighbour counts as a message's context: its beginning. Measured: 200 characters find as well as the
 * whole, and a long neighbour would drown the message's own words.
 */
export const NEIGHBOUR_CHARACTERS = 300;

export const SEARCH_FIELDS: readonly SearchField[] = ['text', 'author', 'said', 'previous', 'earlier', 'next'];

const DATE = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeZone: 'UTC' });

/** A message's search fields, each as the terms that it is found by. The date is in words: "Monday 8 May 2023". */
export function searchFields(source: SearchSource): Readonly<Record<SearchField, readonly string[]>> {
  return {
    text: termsIn(source.content),
    author: termsIn(source.author ?? ''),
    said: termsIn(DATE.format(source.createdAt)),
    previous: neighbourTerms(source.previous),
    earlier: neighbourTerms(source.earlier),
    next: neighbourTerms(source.next),
  };
}

function neighbourTerms(content: string | null): string[] {
  return content === null ? [] : termsIn(content.slice(0, NEIGHBOUR_CHARACTERS));
}

/**
 * Counts a query's terms in a message's search fields.
 * @param terms as `termOf` makes them
 */
export function countTerms(source: SearchSource, terms: readonly string[]): WordCounts {
  const fields = searchFields(source);
  const counts = terms.map(() => ({ text: 0, author: 0, said: 0, previous: 0, earlier: 0, next: 0 }));
  const places = new Map(terms.map((term, at) => [term, counts[at]]));
  let length = 0;
  for (const field of SEARCH_FIELDS) {
    length += fields[field].length;
    for (const term of fields[field]) {
      const count = places.get(term);
      if (count !== undefined) count[field] += 1;
    }
  }
  return { length, terms: counts };
}
