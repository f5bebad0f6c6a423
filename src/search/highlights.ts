import { findTermsIn, termOf } from '../core/words.ts';
import type { Passage } from '../storage/indexed.ts';
import type { Highlight } from './hits.ts';

/** More than anyone looks at. */
const HIGHLIGHTS = 100;

/** A highlight, and which of the query's terms it is. */
type Match = Passage & { readonly terms: ReadonlySet<string> };

/** The words of a content that are forms of a query's words, in order. Neighbouring characters of one word are joined. */
function matchesIn(content: string, words: readonly string[]): Match[] {
  const matches: Match[] = [];
  for (const { term, start, end } of findTermsIn(content, new Set(words.map(termOf)))) {
    const last = matches.at(-1);
    if (last !== undefined && start < last.end) {
      matches[matches.length - 1] = { start: last.start, end, terms: new Set([...last.terms, term]) };
    } else {
      if (matches.length === HIGHLIGHTS) break;
      matches.push({ start, end, terms: new Set([term]) });
    }
  }
  return matches;
}

/** How far apart, in characters, words are read together: about a snippet's length. */
const REACH = 160;

/** The stretch with the most different words of the query, the first of such; null without any. */
function densest(matches: readonly Match[]): Passage | null {
  let best: (Passage & { distinct: number }) | null = null;
  for (const [at, { start }] of matches.entries()) {
    const near = matches.slice(at).filter(({ end }) => end - start <= REACH);
    const distinct = new Set(near.flatMap(({ terms }) => [...terms])).size;
    const last = near.at(-1);
    if (last !== undefined && distinct > (best?.distinct ?? 0)) best = { start, end: last.end, distinct };
  }
  return best === null ? null : { start: best.start, end: best.end };
}

/**
 * What to show of a hit: the words that matched, and the part that fits best.
 * @param words the query's, folded
 * @param passage the one nearest in meaning, where known
 */
export function highlight(
  content: string,
  words: readonly string[],
  passage: Passage | null,
): { highlights: Highlight[]; best: Passage } {
  const matches = matchesIn(content, words);
  const highlights = matches.map(({ start, end }) => ({ start, end, text: content.slice(start, end) }));
  return { highlights, best: densest(matches) ?? passage ?? { start: 0, end: 0 } };
}
