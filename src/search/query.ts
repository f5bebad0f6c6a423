import { SkeinError } from '../core/errors.ts';
import { LIMITS, requireCharacters } from '../core/limits.ts';
import { termOf, wordsIn } from '../core/words.ts';
import type { KeywordQuery } from '../storage/candidates.ts';
import { STOP_WORDS } from './stop-words.ts';

/** A query as it was meant: words that may match, what must hold, and the text whose meaning counts. */
export type ParsedQuery = KeywordQuery & { readonly meaning: string };

/** More words than anyone types; of a pasted text, the first. Each costs the engine a list to read. */
const TERMS = 48;

// A name or a phrase in quotes, of whichever kind the keyboard makes.
const QUOTED = String.raw`["“”„«»][^"“”„«»]*["“”„«»]?`;
const PART = new RegExp(
  String.raw`(?<=^|\s)author:(?<author>${QUOTED}|\S+)|(?<=^|\s)[-−](?<excluded>[\p{L}\p{N}]\S*)|(?<phrase>${QUOTED})`,
  'giu',
);

/**
 * Reads a query: words, `"a phrase"`, `-word`, `author:name` or `author:"a name"`. Stop words are dropped, unless there
 * is nothing else.
 * @throws SkeinError BAD_USER_INPUT when it is blank or only says what not to find; LIMIT_EXCEEDED beyond 1,000 characters
 */
export function parseQuery(text: string): ParsedQuery {
  if (!/\S/u.test(text)) throw badQuery('`query` is empty: write what to look for.');
  requireCharacters(text, LIMITS.queryCharacters, 'query');
  const phrases: string[][] = [];
  const excluded: string[] = [];
  const authors: string[][] = [];
  // What has a meaning of its own is taken out; a phrase is also something to look for.
  const rest = text.replace(PART, (part, ...args) => {
    const { author, excluded: word, phrase } = groupsOf(args);
    if (author !== undefined) {
      const name = foldedWords(author);
      if (name.length === 0) return part;
      authors.push(name);
      return ' ';
    }
    if (word !== undefined) {
      excluded.push(...foldedWords(word));
      return ' ';
    }
    const words = foldedWords(phrase ?? '');
    if (words.length > 0) phrases.push(words);
    return ` ${words.length > 0 ? (phrase ?? '').slice(1).replace(/["“”„«»]$/, '') : ''} `;
  });
  const meaning = rest.replaceAll(/\s+/g, ' ').trim();
  if (meaning === '' && authors.length === 0) {
    throw badQuery('`query` only says what not to find: write what to look for.');
  }
  const words = foldedWords(meaning);
  const telling = words.filter((word) => !STOP_WORDS.has(word));
  const names = authors.flat();
  return {
    terms: distinct([...(telling.length + names.length > 0 ? telling : words), ...names]).slice(0, TERMS),
    phrases,
    excluded,
    authors,
    meaning: meaning === '' ? names.join(' ') : meaning,
  };
}

function groupsOf(args: readonly unknown[]): { author?: string; excluded?: string; phrase?: string } {
  const groups = args.at(-1);
  return typeof groups === 'object' && groups !== null ? groups : {};
}

function foldedWords(text: string): string[] {
  return wordsIn(text).map(({ word }) => word);
}

/** Words of which no two are forms of one. */
function distinct(words: readonly string[]): string[] {
  const byTerm = new Map<string, string>();
  for (const word of words) if (!byTerm.has(termOf(word))) byTerm.set(termOf(word), word);
  return [...byTerm.values()];
}

function badQuery(message: string): SkeinError {
  return new SkeinError('BAD_USER_INPUT', message, { field: 'query' });
}
