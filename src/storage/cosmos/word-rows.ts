import { termOf, wordsIn } from '../../core/words.ts';
import type { SearchField, WordConstraints, WordCounts } from '../store.ts';
import { textOrNull, unpackedContent, type Item } from './rows.ts';
import { eachMarkedTerm, markedTerm } from './search-words.ts';

/** Counts terms in the words of a message's row. What comes after a message is not in them: `next` is 0. */
export function countsIn(row: Item, terms: readonly string[]): WordCounts {
  const counts = terms.map(() => ({ text: 0, author: 0, said: 0, previous: 0, earlier: 0, next: 0 }));
  const places = new Map(terms.map((term, at) => [markedTerm(term, 'text').slice(0, -1), counts[at]]));
  let length = 0;
  for (const property of ['words', 'around']) {
    length += eachMarkedTerm(textOrNull(row, property) ?? '', (marked, field) => {
      const count = places.get(marked);
      if (count !== undefined) count[field] += 1;
    });
  }
  return { length, terms: counts };
}

/** Whether a message's row meets what a query demands beside its words. Phrases are read in the text itself. */
export function meets(row: Item, { phrases, excluded, authors }: WordConstraints): boolean {
  const has = (words: readonly string[], field: SearchField, every: boolean): boolean => {
    const { terms } = countsIn(row, words.map(termOf));
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
  return terms.reduce((fit, { text, author, said, previous, earlier }) => {
    const count = text + 2 * author + said + 0.5 * previous + 0.4 * earlier;
    return fit + count / (count + slowness);
  }, 0);
}
