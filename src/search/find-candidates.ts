import { SkeinError } from '../core/errors.ts';
import type { MessageFilter } from '../core/filter.ts';
import type { Scope } from '../core/identity.ts';
import { messageKeyText } from '../core/ids.ts';
import type { Log } from '../core/log.ts';
import type { Embedder } from '../models/embedder.ts';
import type { KeywordCandidates, MeaningCandidates } from '../storage/candidates.ts';
import type { Call, CandidateSource } from '../storage/store.ts';
import type { SearchMode } from './hits.ts';
import type { ParsedQuery } from './query.ts';
import type { Candidate } from './ranking.ts';
import {
  asTyped,
  countsOfWords,
  respell,
  statisticsOfWords,
  uncertainWords,
  unknownWords,
  type Doubtful,
  type Respelt,
} from './spelling.ts';

/**
 * How many candidates each side brings, at least: as many as a page is to have, where that is more. Measured: 50 by words
 * and 30 by meaning rank as well as 100 of each, on conversations of 600 messages and on the project's own questions; each
 * is read, and its words are counted.
 */
const CANDIDATES: Readonly<Record<SearchMode, { readonly words: number; readonly meaning: number }>> = {
  HYBRID: { words: 50, meaning: 30 },
  KEYWORD: { words: 160, meaning: 0 },
  MEANING: { words: 0, meaning: 160 },
};

type Parts = { readonly candidates: CandidateSource; readonly embedder: Embedder; readonly log: Log };

/** What to look for. A `vector` that is known already is not made again, and its words are spelt as they are. */
export type Wanted = {
  readonly query: ParsedQuery;
  readonly filter: MessageFilter;
  readonly mode: SearchMode;
  /** How many hits a page is to have. */
  readonly first: number;
  readonly vector?: Float32Array;
  /** How many times as many candidates as usual; 1 where not said. */
  readonly width?: number;
};

/** All that a search came upon, what the ranking may know of the whole scope, and the words that it looked for. */
export type Found = {
  readonly candidates: readonly Candidate[];
  readonly statistics: KeywordCandidates['statistics'];
  readonly words: readonly string[];
  /** Whether there may be more than were brought, and most of what was is the same text again. */
  readonly isCrowded: boolean;
};

/**
 * Asks the engine by words and by meaning at the same time. Should nobody have said one of the words, both are asked once
 * more, for what is one letter away from it.
 * @throws SkeinError UNAVAILABLE when the mode is MEANING and the embedder cannot be reached
 */
export async function findCandidates(parts: Parts, scope: Scope, wanted: Wanted, call: Call): Promise<Found> {
  const { query, filter, mode } = wanted;
  const spell = (doubtful: Doubtful) => respell(parts.candidates, scope, filter, doubtful, call);
  if (mode === 'MEANING') {
    const respelt = await spell({ query, words: uncertainWords(query), isLost: false });
    return lookUp(parts, scope, wanted, respelt ?? asTyped(query), call);
  }
  const found = await lookUp(parts, scope, wanted, asTyped(query), call);
  if (wanted.vector !== undefined) return found;
  const doubtful = { query, words: unknownWords(query, found.byWords), isLost: isLost(found.byWords, query, mode) };
  const respelt = await spell(doubtful);
  return respelt === null ? found : lookUp(parts, scope, wanted, respelt, call);
}

async function lookUp(
  { candidates, embedder, log }: Parts,
  scope: Scope,
  { query: typed, filter, mode, first, vector: given, width = 1 }: Wanted,
  meant: Respelt,
  call: Call,
): Promise<Found & { readonly byWords: KeywordCandidates }> {
  const { words, meaning } = CANDIDATES[mode];
  const most = { words: width * Math.max(words, first), meaning: width * Math.max(meaning, first) };
  const query = { ...typed, terms: meant.terms };
  const embedding =
    mode === 'KEYWORD' ? null : given === undefined ? embed(embedder, meant.meaning, call) : Promise.resolve(given);
  const { model, dimensions } = embedder;
  const near = embedding === null ? {} : { near: { model, dimensions, vector: embedding } };
  const lookup =
    mode === 'MEANING'
      ? Promise.resolve(NO_WORDS)
      : candidates.byKeyword(scope, { ...query, ...near }, filter, most.words, call);
  // Both are awaited below; should one fail first, nobody hears of the other.
  embedding?.catch(() => undefined);
  lookup.catch(() => undefined);
  const vector = embedding === null ? null : await orNull(embedding, mode, log);
  if (vector === null) return gathered(await lookup, null);
  const terms = mode === 'MEANING' ? [] : query.terms;
  const alongside = lookup.then((found) => (found.nearness === undefined ? found.candidates : []));
  alongside.catch(() => undefined);
  const [byWords, byMeaning] = await Promise.all([
    lookup,
    candidates.byMeaning(scope, { ...query, vector, model, terms, alongside }, filter, most.meaning, call),
  ]);
  return gathered(byWords, byMeaning);

  function gathered(byWords: KeywordCandidates, byMeaning: MeaningCandidates | null) {
    const found = new Map<string, Candidate>();
    const nearnesses = byWords.nearness ?? byMeaning?.alongside ?? [];
    for (const [at, { key, counts }] of byWords.candidates.entries()) {
      const nearness = nearnesses[at] ?? null;
      found.set(messageKeyText(key), { key, counts: countsOfWords(counts, meant), nearness });
    }
    for (const { key, counts, ...nearness } of byMeaning?.candidates ?? []) {
      if (found.has(messageKeyText(key))) continue;
      found.set(messageKeyText(key), { key, counts: countsOfWords(counts, meant), nearness });
    }
    const all = [...found.values()];
    const limit = Math.max(most.words, most.meaning);
    return {
      candidates: all,
      statistics: statisticsOfWords(byWords.statistics, meant),
      words: meant.terms,
      isCrowded: all.length >= limit && distinctTexts(all) < limit / 2,
      byWords,
    };
  }
}

function distinctTexts(candidates: readonly Candidate[]): number {
  return new Set(candidates.map(({ counts }, at) => counts?.fingerprint ?? at)).size;
}

/** A question whose meaning can be searched is not lost without words; a word or two that nobody has said are. */
function isLost({ candidates }: KeywordCandidates, { terms }: ParsedQuery, mode: SearchMode): boolean {
  return candidates.length === 0 && (mode === 'KEYWORD' || terms.length <= FEW_WORDS);
}

const FEW_WORDS = 2;

const NO_WORDS: KeywordCandidates = { candidates: [], statistics: null };

async function embed(embedder: Embedder, meaning: string, { meter, signal }: Call): Promise<Float32Array> {
  const [vector] = await meter.time('embedding', () =>
    embedder.embed([meaning], signal === undefined ? {} : { signal }),
  );
  if (vector === undefined) throw new SkeinError('UNAVAILABLE', 'The embedder gave no vector for the query.');
  return vector;
}

/** With words at hand, a search goes on without the embedder. */
async function orNull(embedding: Promise<Float32Array>, mode: SearchMode, log: Log): Promise<Float32Array | null> {
  try {
    return await embedding;
  } catch (error) {
    if (error instanceof Error && error.name === 'AbortError') throw error;
    if (mode === 'MEANING') {
      if (error instanceof SkeinError) throw error;
      throw new SkeinError('UNAVAILABLE', 'The query could not be embedded; search by KEYWORD, or try again.', {
        cause: error,
      });
    }
    log.warn({ err: error }, 'the query could not be embedded: searched by words only');
    return null;
  }
}
