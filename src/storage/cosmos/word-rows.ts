import { threadKeyText } from '../../core/ids.ts';
import { fingerprintOf, termOf, wordsIn } from '../../core/words.ts';
import { NEIGHBOUR_CHARACTERS } from '../search-text.ts';
import type { SearchField, WordConstraints, WordCounts } from '../candidates.ts';
import { integer, integerOrNull, textOrNull, threadKeyIn, unpackedContent, type Item } from './rows.ts';
import { eachMarkedTerm, markedTerm } from './search-words.ts';

/** What is counted of a row: the terms in its own words and its context, and in its beginning, for its neighbours. */
type Counted = {
  length: number;
  readonly terms: Record<SearchField, number>[];
  readonly opening: number[];
  openingWords: number;
  readonly fingerprint: string | null;
};

/**
 * Counts terms in the words of messages' rows, in their order. What comes after a message is not in its words (that would
 * be a second write at every append): it is counted where the next message is among the rows, as it mostly is when it
 * has any of the terms.
 */
export function countsIn(rows: readonly Item[], terms: readonly string[]): WordCounts[] {
  const places = new Map(terms.map((term, at) => [markedTerm(term, 'text').slice(0, -1), at]));
  const counted = rows.map((row) => countedIn(row, terms.length, places));
  const bySeq = new Map(rows.map((row, at) => [placeOf(row, integer(row, 'seq')), counted[at]]));
  for (const [at, row] of rows.entries()) {
    const after = integerOrNull(row, 'after');
    const before = after === null ? undefined : bySeq.get(placeOf(row, after));
    const next = counted[at];
    if (before === undefined || next === undefined) continue;
    before.length += next.openingWords;
    for (const [term, count] of before.terms.entries()) count.next = next.opening[term] ?? 0;
  }
  return counted.map(({ length, terms: counts, fingerprint }) => ({ length, terms: counts, fingerprint }));
}

function countedIn(row: Item, terms: number, places: ReadonlyMap<string, number>): Counted {
  const counted: Counted = {
    length: 0,
    terms: Array.from({ length: terms }, () => ({ text: 0, author: 0, said: 0, previous: 0, earlier: 0, next: 0 })),
    opening: Array.from({ length: terms }, () => 0),
    openingWords: 0,
    fingerprint: fingerprintOf(textOrNull(row, 'words') ?? ''),
  };
  let characters = 0;
  for (const property of ['words', 'around']) {
    eachMarkedTerm(textOrNull(row, property) ?? '', (marked, field) => {
      counted.length += 1;
      // About as many characters of text as of terms, which lack endings and spaces.
      characters += marked.length + 1;
      const isOpening = field === 'text' && characters <= NEIGHBOUR_CHARACTERS;
      if (isOpening) counted.openingWords += 1;
      const at = places.get(marked);
      const count = at === undefined ? undefined : counted.terms[at];
      if (at === undefined || count === undefined) return;
      count[field] += 1;
      if (isOpening) counted.opening[at] = (counted.opening[at] ?? 0) + 1;
    });
  }
  return counted;
}

function placeOf(row: Item, seq: number): string {
  return `${threadKeyText(threadKeyIn(row))}\n${String(seq)}`;
}

/** How many rows have each term anywhere. */
export function frequenciesIn(counts: readonly WordCounts[], terms: number): number[] {
  return Array.from(
    { length: terms },
    (_, at) => counts.filter((count) => Object.values(count.terms[at] ?? {}).some((times) => times > 0)).length,
  );
}

/** Whether a message's row meets what a query demands beside its words. Phrases are read in the text itself. */
export function meets(row: Item, { phrases, excluded, authors }: WordConstraints): boolean {
  const has = (words: readonly string[], field: SearchField, every: boolean): boolean => {
    const terms = countsIn([row], words.map(termOf))[0]?.terms ?? [];
    return every ? terms.every((count) => count[field] > 0) : terms.some((count) => count[field] > 0);
  };
  return (
    hasPhrases(row, phrases) &&
    !has(excluded, 'text', false) &&
    (authors.length === 0 || authors.some((name) => has(name, 'author', true)))
  );
}

/** Whether the query demands anything. */
export function demandsNothing({ phrases, excluded, authors }: WordConstraints): boolean {
  return phrases.length + excluded.length + authors.length === 0;
}

export function hasPhrases(row: Item, phrases: WordConstraints['phrases']): boolean {
  if (phrases.length === 0) return true;
  const words = wordsIn(unpackedContent(row)).map(({ word }) => word);
  return phrases.every((phrase) => words.some((_, at) => phrase.every((word, ahead) => words[at + ahead] === word)));
}

/** How well words fit, to order candidates of one answer by: BM25 with what is said before others counted half. */
export function fitOf({ length, terms }: WordCounts, usualLength: number): number {
  const slowness = 0.9 * (0.4 + (0.6 * length) / Math.max(1, usualLength));
  return terms.reduce((fit, { text, author, said, previous, earlier, next }) => {
    const count = text + 2 * author + said + 0.5 * previous + 0.4 * earlier + 0.25 * next;
    return fit + count / (count + slowness);
  }, 0);
}
