import { badRequest } from './failures.ts';
import { splitPath } from './index-policy.ts';
import { valueAt, type Json, type JsonObject, type Value } from './json.ts';
import { stem } from './stemmer.ts';

/** What BM25 needs to know of the whole collection of texts. */
export type TextStatistics = {
  readonly documentCount: number;
  readonly totalWordCount: number;
  /** Of each term, how many texts have it. */
  readonly hitCounts: readonly number[];
};

const LANGUAGES = ['en-US', 'fr-FR', 'es-ES', 'pt-PT', 'pt-BR', 'de-DE', 'it-IT'];
const BM25_SATURATION = 1.2;
const BM25_LENGTH = 0.75;
const CACHED_TEXTS = 20_000;
// The service publishes that it removes stop words, not which ones: these are the usual few of English.
const STOP_WORDS = new Set(
  'a an and are as at be but by for if in into is it no not of on or such that the their then there these they this to was will with'.split(
    ' ',
  ),
);

const analysed = new Map<string, readonly string[]>();

/** Cuts a text into terms: lower case, letters and digits, without stop words, stemmed (English). */
export function termsOf(text: string): readonly string[] {
  const known = analysed.get(text);
  if (known) return known;
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  const terms = words.filter((word) => !STOP_WORDS.has(word)).map(stem);
  if (analysed.size >= CACHED_TEXTS) analysed.clear();
  analysed.set(text, terms);
  return terms;
}

/** How often a word or a phrase occurs in a text. */
export function occurrences(text: string, phrase: string): number {
  const terms = termsOf(text);
  const wanted = termsOf(phrase);
  if (wanted.length === 0) return 0;
  let count = 0;
  for (let start = 0; start + wanted.length <= terms.length; start++) {
    if (wanted.every((term, offset) => terms[start + offset] === term)) count++;
  }
  return count;
}

/** Okapi BM25 of a text for some words or phrases. */
export function bm25(text: string, phrases: readonly string[], statistics: TextStatistics): number {
  const { documentCount, totalWordCount, hitCounts } = statistics;
  const averageLength = documentCount === 0 ? 0 : totalWordCount / documentCount;
  const relativeLength = averageLength === 0 ? 0 : termsOf(text).length / averageLength;
  return phrases.reduce((score, phrase, index) => {
    const frequency = occurrences(text, phrase);
    const hits = hitCounts[index] ?? 0;
    const rarity = Math.log(1 + (documentCount - hits + 0.5) / (hits + 0.5));
    const damping = BM25_SATURATION * (1 - BM25_LENGTH + BM25_LENGTH * relativeLength);
    return score + (rarity * frequency * (BM25_SATURATION + 1)) / (frequency + damping);
  }, 0);
}

/** Reads a container's full-text policy and its full-text indexes; 400 for what the service refuses. */
export function compileFullTextPolicy(policy: Value, indexing: JsonObject): string[][] {
  if (policy === undefined && indexing['fullTextIndexes'] === undefined) return [];
  checkLanguage(valueAt(policy, ['defaultLanguage']) ?? 'en-US');
  const paths = listOf(valueAt(policy, ['fullTextPaths'])).map((entry) => {
    checkLanguage(valueAt(entry, ['language']) ?? 'en-US');
    return pathOf(entry);
  });
  for (const index of listOf(indexing['fullTextIndexes'])) {
    const indexed = pathOf(index);
    if (!paths.some((path) => path.join('/') === indexed.join('/'))) {
      throw badRequest(`The full-text index path /${indexed.join('/')} is not in the container's full-text policy.`);
    }
  }
  return paths;
}

function checkLanguage(language: Json): void {
  if (typeof language === 'string' && LANGUAGES.includes(language)) return;
  throw badRequest(`The full-text language ${JSON.stringify(language)} is not supported.`);
}

function pathOf(entry: Json): string[] {
  const path = valueAt(entry, ['path']);
  if (typeof path !== 'string' || !path.startsWith('/')) throw badRequest('A full-text path must start with /.');
  return splitPath(path);
}

function listOf(value: Value): readonly Json[] {
  return Array.isArray(value) ? value : [];
}
