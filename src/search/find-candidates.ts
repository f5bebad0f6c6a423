import { SkeinError } from '../core/errors.ts';
import type { MessageFilter } from '../core/filter.ts';
import type { Scope } from '../core/identity.ts';
import { messageKeyText } from '../core/ids.ts';
import type { Log } from '../core/log.ts';
import type { Embedder } from '../models/embedder.ts';
import type { Call, CandidateSource, KeywordCandidates } from '../storage/store.ts';
import type { SearchMode } from './hits.ts';
import type { ParsedQuery } from './query.ts';
import type { Candidate } from './ranking.ts';

/**
 * How many candidates each side brings. Measured: 50 a side rank as well as 400, on conversations of 600 messages; the
 * rest is room for pages.
 */
const CANDIDATES: Readonly<Record<SearchMode, number>> = { HYBRID: 120, KEYWORD: 240, MEANING: 240 };

type Parts = { readonly candidates: CandidateSource; readonly embedder: Embedder; readonly log: Log };

/** All that a search came upon, and what the ranking may know of the whole scope. */
export type Found = { readonly candidates: readonly Candidate[]; readonly statistics: KeywordCandidates['statistics'] };

/**
 * Asks the engine by words and by meaning. While the query is embedded, the words are looked up.
 * @throws SkeinError UNAVAILABLE when the mode is MEANING and the embedder cannot be reached
 */
export async function findCandidates(
  { candidates, embedder, log }: Parts,
  scope: Scope,
  { query, filter, mode }: { query: ParsedQuery; filter: MessageFilter; mode: SearchMode },
  call: Call,
): Promise<Found> {
  const limit = CANDIDATES[mode];
  const embedding = mode === 'KEYWORD' ? null : embed(embedder, query, call);
  // Awaited below; should the words fail first, nobody hears of it.
  embedding?.catch(() => undefined);
  const byWords = mode === 'MEANING' ? NO_WORDS : await candidates.byKeyword(scope, query, filter, limit, call);
  const found = new Map<string, Candidate>(
    byWords.candidates.map(({ key, counts }) => [messageKeyText(key), { key, counts, nearness: null }]),
  );
  const vector = embedding === null ? null : await orNull(embedding, mode, log);
  if (vector !== null) {
    const alongside = byWords.candidates.map(({ key }) => key);
    const byMeaning = await candidates.byMeaning(
      scope,
      { ...query, vector, model: embedder.model, terms: mode === 'MEANING' ? [] : query.terms, alongside },
      filter,
      limit,
      call,
    );
    for (const { key, counts, ...nearness } of byMeaning.candidates) {
      found.set(messageKeyText(key), { key, counts, nearness });
    }
    for (const [at, { key, counts }] of byWords.candidates.entries()) {
      found.set(messageKeyText(key), { key, counts, nearness: byMeaning.alongside[at] ?? null });
    }
  }
  return { candidates: [...found.values()], statistics: byWords.statistics };
}

const NO_WORDS: KeywordCandidates = { candidates: [], statistics: null };

async function embed(embedder: Embedder, { meaning }: ParsedQuery, { meter, signal }: Call): Promise<Float32Array> {
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
