import { termOf, wordsIn } from '../core/words.ts';
import type { ParsedQuery } from './query.ts';
import { STOP_WORDS } from './stop-words.ts';

/** So many words of a text stand for it; each costs the engine a list to read. */
const WORDS = 24;

/** So much of each text is read for its words: what it is about is said early. */
const CHARACTERS = 4_000;

/** A query for what is like some texts: their commonest telling words; of those as common, the first. */
export function queryLike(texts: readonly string[]): ParsedQuery {
  const counts = new Map<string, { readonly word: string; count: number }>();
  for (const text of texts) {
    for (const { word } of wordsIn(text.slice(0, CHARACTERS))) {
      if (STOP_WORDS.has(word)) continue;
      const known = counts.get(termOf(word));
      if (known === undefined) counts.set(termOf(word), { word, count: 1 });
      else known.count += 1;
    }
  }
  const telling = [...counts.values()].sort((one, other) => other.count - one.count).slice(0, WORDS);
  return { terms: telling.map(({ word }) => word), phrases: [], excluded: [], authors: [], meaning: '' };
}

/** The direction in which vectors point together, of unit length; null without any. */
export function meanDirection(vectors: readonly (Float32Array | null)[]): Float32Array | null {
  const known = vectors.filter((vector) => vector !== null);
  const [first] = known;
  if (first === undefined) return null;
  const sum = new Float32Array(first.length);
  for (const vector of known) for (const [at, component] of vector.entries()) sum[at] = (sum[at] ?? 0) + component;
  const length = Math.hypot(...sum) || 1;
  return sum.map((component) => component / length);
}
