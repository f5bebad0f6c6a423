import { termOf } from './words.ts';

/** Words shorter than this have too many others one letter away to be guessed at. */
const SHORTEST = 5;

/** Longer words are names and keys that nobody types. */
const LONGEST = 32;

const LETTERS = 'a b c d e f g h i j k l m n o p q r s t u v w x y z'.split(' ');

/** Whether a word may have other spellings at all. @param word folded (`words.ts`) */
export function mayBeMisspelt(word: string): boolean {
  return word.length >= SHORTEST - 1 && word.length <= LONGEST && /^[a-z]+$/.test(word);
}

/**
 * What someone may have meant who typed a word with one slip: all words of five letters and more that differ from it by
 * two neighbouring letters changing places, one letter too many, one wrong or one missing, in this order. Some 50 for
 * each letter; none for words of other scripts.
 * @param word folded (`words.ts`)
 */
function spellingsOf(word: string): string[] {
  if (!mayBeMisspelt(word)) return [];
  const found = new Set<string>();
  for (let at = 0; at + 1 < word.length; at += 1) {
    found.add(word.slice(0, at) + word.charAt(at + 1) + word.charAt(at) + word.slice(at + 2));
  }
  for (let at = 0; at < word.length; at += 1) found.add(word.slice(0, at) + word.slice(at + 1));
  for (let at = 0; at < word.length; at += 1) {
    for (const letter of LETTERS) found.add(word.slice(0, at) + letter + word.slice(at + 1));
  }
  for (let at = 0; at <= word.length; at += 1) {
    for (const letter of LETTERS) found.add(word.slice(0, at) + letter + word.slice(at));
  }
  found.delete(word);
  return [...found].filter((spelling) => spelling.length >= SHORTEST);
}

/** A stem shorter than this says little of the word that it was made of. */
const SHORTEST_STEM = 4;

/**
 * The terms under which messages that have such a spelling are found, each with one spelling, and the word's own term
 * not among them. A spelling's ending may be taken for one that it is not ("redative", of "relative", for a form of
 * "red"): a short term counts only where the slip comes after it.
 * @param word folded (`words.ts`)
 */
export function spellingsByTerm(word: string): Map<string, string> {
  const own = termOf(word);
  const found = new Map<string, string>();
  for (const spelling of spellingsOf(word)) {
    const term = termOf(spelling);
    const isLikely = term.length >= SHORTEST_STEM || word.startsWith(term);
    if (isLikely && term !== own && !found.has(term)) found.set(term, spelling);
  }
  return found;
}
