import type { MessageFilter } from '../../core/filter.ts';
import type { Scope } from '../../core/identity.ts';
import type { MessageKey } from '../../core/ids.ts';
import { termOf } from '../../core/words.ts';
import type { SearchField, WordConstraints } from '../candidates.ts';
import { inScope, live, messageMatches } from './filters.ts';
import { GONE } from './gone.ts';
import { allOf, anyOf, fixed, given, oneOf, ROWS, type Query, type Where } from './query.ts';
import { markedTerm } from './search-words.ts';

/** The most terms that FullTextScore takes. */
const SCORED_TERMS = 16;
/** The most terms that FullTextContainsAny and FullTextContainsAll take: 20 arguments with the path. */
const LISTED_TERMS = 19;

const KEY = 'c.tenantId, c.ownerId, c.threadId';
const WORDS = `c.id, ${KEY}, c.kind, c.seq, c.after, c.words, c.around`;

type Indexed = Exclude<SearchField, 'next'>;

export type WordSearch = {
  readonly scope: Scope;
  /** As `termOf` makes them. */
  readonly terms: readonly string[];
  readonly constraints: WordConstraints;
  readonly filter: MessageFilter;
  readonly rows: number;
  readonly now: number;
};

/** Messages with any of the terms, in no order, and the heads of threads that are gone. */
export function wordMatches(search: WordSearch): Query {
  const where = allOf([inScope(search.scope), anyOf([matching(search), GONE])]);
  return {
    ...where,
    text: `SELECT TOP ${String(search.rows)} ${wordColumns(search)} FROM c WHERE ${where.sql}`,
    within: null,
    pipeline: true,
    rows: search.rows,
  };
}

/** Some messages that have any of the terms, in what they say, who says it or when; in no order. */
export function messagesHolding(scope: Scope, terms: readonly string[], rows: number, now: number): Query {
  const where = allOf([
    inScope(scope),
    live('message', now),
    fixed('c.searched = true'),
    anyOf([
      containsAny('c.words', marked(terms, ['text'])),
      containsAny('c.around', marked(terms, ['author', 'said'])),
    ]),
  ]);
  return {
    ...where,
    text: `SELECT TOP ${String(rows)} ${WORDS} FROM c WHERE ${where.sql}`,
    within: null,
    pipeline: true,
    rows,
  };
}

/** The best of them by the service's own measure, BM25 over what they say. */
export function bestWordMatches(search: WordSearch): Query {
  const where = allOf([inScope(search.scope), matching(search)]);
  const scored = search.terms.slice(0, SCORED_TERMS).map((term) => literal(markedTerm(term, 'text')));
  return {
    ...where,
    text: `SELECT TOP ${String(search.rows)} ${wordColumns(search)} FROM c WHERE ${where.sql}
      ORDER BY RANK FullTextScore(c.words, ${scored.join(', ')})`,
    within: null,
    pipeline: true,
    rows: ROWS,
  };
}

function matching({ terms, constraints, filter, now }: WordSearch): Where {
  return allOf([
    live('message', now),
    fixed('c.searched = true'),
    messageMatches(filter),
    anyOf([
      containsAny('c.words', marked(terms, ['text'])),
      containsAny('c.around', marked(terms, ['author', 'said', 'previous', 'earlier'])),
    ]),
    ...constraints.phrases.map(phraseWords),
    excludedWords(constraints),
    authorWords(constraints),
  ]);
}

/** What a phrase's words find is a little more than the phrase: their stems, and beyond ASCII in any order. */
function phraseWords(phrase: readonly string[]): Where {
  const terms = marked(phrase.map(termOf), ['text']);
  const isPlain = phrase.every((word) => /^[a-z0-9]+$/.test(word));
  return isPlain ? fixed(`FullTextContains(c.words, ${literal(terms.join(' '))})`) : containsAll('c.words', terms);
}

function excludedWords({ excluded }: WordConstraints): Where | null {
  const terms = excluded.map(termOf).filter((term) => term !== '');
  if (terms.length === 0) return null;
  return fixed(`NOT (${containsAny('c.words', marked(terms, ['text'])).sql})`);
}

function authorWords({ authors }: WordConstraints): Where | null {
  if (authors.length === 0) return null;
  return anyOf(authors.map((name) => containsAll('c.around', marked(name.map(termOf), ['author']))));
}

function containsAny(path: string, terms: readonly string[]): Where {
  return anyOf(inLists(terms).map((some) => fixed(`FullTextContainsAny(${path}, ${listed(some)})`)));
}

function containsAll(path: string, terms: readonly string[]): Where {
  return allOf(inLists(terms).map((some) => fixed(`FullTextContainsAll(${path}, ${listed(some)})`)));
}

/** As many at once as the functions take. */
function inLists(terms: readonly string[]): string[][] {
  return Array.from({ length: Math.ceil(terms.length / LISTED_TERMS) }, (_, at) =>
    terms.slice(at * LISTED_TERMS, (at + 1) * LISTED_TERMS),
  );
}

function marked(terms: readonly string[], fields: readonly Indexed[]): string[] {
  return fields.flatMap((field) => terms.map((term) => markedTerm(term, field)));
}

function listed(terms: readonly string[]): string {
  return terms.map(literal).join(', ');
}

/** Marked terms are letters and digits of ASCII: nothing in them has a meaning to the service. */
function literal(text: string): string {
  if (!/^[a-z0-9 ]+$/.test(text)) throw new Error('A search term cannot be written into a query.');
  return `'${text}'`;
}

function wordColumns({ constraints }: WordSearch): string {
  return constraints.phrases.length === 0 ? WORDS : `${WORDS}, c.content, c.detail.packed`;
}

export type VectorSearch = {
  readonly scope: Scope;
  readonly vector: readonly number[];
  readonly vectorModel: string;
  readonly filter: MessageFilter;
  readonly rows: number;
  readonly now: number;
};

/** The passages nearest to a vector, the nearest first. */
export function nearestPassages({ scope, vector, vectorModel, filter, rows, now }: VectorSearch): Query {
  const distance = given('VectorDistance(c.embedding, @)', 'vector', vector);
  const where = allOf([
    inScope(scope),
    live('passage', now),
    given('c.vectorModel = @', 'vectorModel', vectorModel),
    messageMatches(filter),
  ]);
  // A vector without direction is as near to one as to the other, and no distance can be measured to it.
  const hasDirection = vector.some((component) => component !== 0);
  return {
    text: `SELECT TOP ${String(rows)} ${PASSAGE}, ${distance.sql} AS cosine FROM c WHERE ${where.sql}
      ${hasDirection ? `ORDER BY ${distance.sql}` : ''}`,
    parameters: [...where.parameters, ...distance.parameters],
    within: null,
    pipeline: true,
    rows,
  };
}

const PASSAGE = `${KEY}, c.kind, c.messageId, c.starts, c.ends`;

/**
 * The words of some messages, how near a vector the passages of some are, and the heads of threads that are gone. A few hundred are asked for by their ids
 * alone, which is one look at the index each; an id may be in two threads, so more rows may come than were asked for.
 */
export function wordsAndNearness(
  scope: Scope,
  wanted: { readonly words: readonly MessageKey[]; readonly nearness: readonly MessageKey[]; readonly texts: boolean },
  vector: readonly number[],
  vectorModel: string,
): Query {
  const idsOf = (keys: readonly MessageKey[]) => keys.map(({ message }) => message);
  const distance = given('VectorDistance(c.embedding, @)', 'vector', vector);
  const where = allOf([
    inScope(scope),
    anyOf([
      allOf([fixed("c.kind = 'message'"), oneOf('c.id', 'words', idsOf(wanted.words))]),
      allOf([
        fixed("c.kind = 'passage'"),
        given('c.vectorModel = @', 'vectorModel', vectorModel),
        oneOf('c.messageId', 'nearness', idsOf(wanted.nearness)),
      ]),
      GONE,
    ]),
  ]);
  const texts = wanted.texts ? ', c.content, c.detail.packed' : '';
  return {
    text: `SELECT ${PASSAGE}, c.id, c.seq, c.after, c.words, c.around${texts}, ${distance.sql} AS cosine FROM c WHERE ${where.sql}`,
    parameters: [...where.parameters, ...distance.parameters],
    within: null,
    pipeline: false,
    rows: ROWS,
  };
}

/** The passages of some messages by themselves. An id may be in two threads: more may come than were asked for. */
export function ownVectors(scope: Scope, keys: readonly MessageKey[], vectorModel: string, now: number): Query {
  const ids = keys.map(({ message }) => message);
  const where = allOf([
    inScope(scope),
    live('passage', now),
    given('c.vectorModel = @', 'vectorModel', vectorModel),
    oneOf('c.messageId', 'message', ids),
  ]);
  return {
    ...where,
    text: `SELECT ${KEY}, c.messageId, c.part, c.own FROM c WHERE ${where.sql}`,
    within: null,
    pipeline: false,
    rows: ROWS,
  };
}

/** How many messages there are in a scope: its heads know. */
export function messagesInScope(scope: Scope, now: number): Query {
  const where = allOf([inScope(scope), live('head', now)]);
  const text = `SELECT VALUE SUM(c.messageCount) FROM c WHERE ${where.sql}`;
  return { ...where, text, within: null, pipeline: true, rows: ROWS };
}
