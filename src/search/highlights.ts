import { giveWay } from '../core/turns.ts';
import { findTermsIn, termOf } from '../core/words.ts';
import type { Passage } from '../storage/indexed.ts';
import type { Highlight, Shown } from './hits.ts';

/** More than anyone looks at. */
const HIGHLIGHTS = 100;

/** A word or more that matched, and which of the query's terms it is. */
type Match = Passage & { readonly terms: ReadonlySet<string> };

/** How much of a content is read at once, in UTF-16 code units: a millisecond's work at most. */
const PIECE = 16_384;

/** How far beyond that a piece reaches for the end of a word. */
const WORD_REACH = 256;
const BETWEEN_WORDS = /[\s\p{P}]/u;

/** The words of a content that are forms of a query's words, in order. Neighbouring characters of one word are joined. */
async function matchesIn(content: string, words: readonly string[]): Promise<Match[]> {
  const wanted = new Set(words.map(termOf));
  const matches: Match[] = [];
  for (let from = 0; from < content.length;) {
    await giveWay();
    const to = endOfPiece(content, from);
    for (const { term, start, end } of findTermsIn(content.slice(from, to), wanted)) {
      const match = { start: from + start, end: from + end, terms: new Set([term]) };
      const last = matches.at(-1);
      if (last === undefined || match.start >= last.end) matches.push(match);
      else matches[matches.length - 1] = { start: last.start, end: match.end, terms: new Set([...last.terms, term]) };
    }
    from = to;
  }
  return matches;
}

function endOfPiece(content: string, from: number): number {
  const least = from + PIECE;
  if (least >= content.length) return content.length;
  const between = content.slice(least, least + WORD_REACH).search(BETWEEN_WORDS);
  return between < 0 ? least : least + between;
}

/** How far apart, in characters, words are read together: about a snippet's length. */
const REACH = 160;

/** As much as half a word: of stretches with as many words, the one that is near in meaning, too. */
const NEAR_IN_MEANING = 0.5;

/** The stretch with the most different words of the query, the first of such; null without any. */
function densest(matches: readonly Match[], passage: Passage | null): Passage | null {
  const counts = new Map<string, number>();
  const add = (terms: ReadonlySet<string>, by: 1 | -1): void => {
    for (const term of terms) {
      const count = (counts.get(term) ?? 0) + by;
      if (count === 0) counts.delete(term);
      else counts.set(term, count);
    }
  };
  let best: (Passage & { fit: number }) | null = null;
  let next = 0;
  for (const { start, terms } of matches) {
    for (let ahead = matches[next]; ahead !== undefined && ahead.end - start <= REACH; ahead = matches[next]) {
      add(ahead.terms, 1);
      next += 1;
    }
    const last = matches[next - 1];
    if (last === undefined || last.end <= start) {
      // A run longer than the reach: nothing of it was added.
      next += 1;
      continue;
    }
    const isNear = passage !== null && start < passage.end && last.end > passage.start;
    const fit = counts.size + (isNear ? NEAR_IN_MEANING : 0);
    if (fit > (best?.fit ?? 0)) best = { start, end: last.end, fit };
    add(terms, -1);
  }
  return best === null ? null : { start: best.start, end: best.end };
}

/** As many as are shown: where there are more, those around the best part. */
function shownOf(matches: readonly Match[], best: Passage | null): readonly Match[] {
  const at = best === null ? 0 : matches.findIndex(({ end }) => end > best.start);
  const from = Math.max(0, Math.min(at - HIGHLIGHTS / 2, matches.length - HIGHLIGHTS));
  return matches.slice(from, from + HIGHLIGHTS);
}

/**
 * What to show of a hit: the words that matched, and the part that fits best. A long content is read in turns.
 * @param words the query's, folded
 * @param passage the one nearest in meaning, where known
 */
export async function highlight(content: string, words: readonly string[], passage: Passage | null): Promise<Shown> {
  const matches = await matchesIn(content, words);
  const best = densest(matches, passage);
  const highlights = shownOf(matches, best).map(({ start, end }): Highlight => ({
    start,
    end,
    text: content.slice(start, end),
  }));
  return { highlights, best: best ?? passage ?? { start: 0, end: 0 } };
}
