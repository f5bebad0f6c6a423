import { fingerprintOf, termCounter, termsIn } from '../core/words.ts';
import type { SearchField, WordCounts } from './candidates.ts';

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

/** A message's search fields, each as the terms that it is found by. */
export function searchFields(source: SearchSource): Readonly<Record<SearchField, readonly string[]>> {
  const texts = fieldTexts(source);
  return {
    text: termsIn(texts.text),
    author: termsIn(texts.author),
    said: termsIn(texts.said),
    previous: termsIn(texts.previous),
    earlier: termsIn(texts.earlier),
    next: termsIn(texts.next),
  };
}

/**
 * Counts a query's terms in the search fields of messages.
 * @param terms as `termOf` makes them
 */
export function wordCounter(terms: readonly string[]): (source: SearchSource) => WordCounts {
  const countIn = termCounter(terms);
  return (source) => {
    const texts = fieldTexts(source);
    const none = () => terms.map(() => 0);
    const found = { text: none(), author: none(), said: none(), previous: none(), earlier: none(), next: none() };
    let length = 0;
    for (const field of SEARCH_FIELDS) length += countIn(texts[field], found[field]);
    const counts = terms.map((_, at) => ({
      text: found.text[at] ?? 0,
      author: found.author[at] ?? 0,
      said: found.said[at] ?? 0,
      previous: found.previous[at] ?? 0,
      earlier: found.earlier[at] ?? 0,
      next: found.next[at] ?? 0,
    }));
    return { length, terms: counts, fingerprint: fingerprintOf(texts.text) };
  };
}

function fieldTexts({
  author,
  content,
  createdAt,
  previous,
  earlier,
  next,
}: SearchSource): Record<SearchField, string> {
  return {
    text: content,
    author: author ?? '',
    said: dateInWords(createdAt),
    previous: beginning(previous),
    earlier: beginning(earlier),
    next: beginning(next),
  };
}

function beginning(neighbour: string | null): string {
  return neighbour?.slice(0, NEIGHBOUR_CHARACTERS) ?? '';
}

const DATE = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeZone: 'UTC' });
const DAY_MS = 86_400_000;
const DAYS_KEPT = 10_000;
const days = new Map<number, string>();

/** "Monday 8 May 2023", in UTC. */
function dateInWords(at: number): string {
  const day = Math.floor(at / DAY_MS);
  let words = days.get(day);
  if (words === undefined) {
    if (days.size >= DAYS_KEPT) days.clear();
    words = DATE.format(at);
    days.set(day, words);
  }
  return words;
}
