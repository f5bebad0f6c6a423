import type { MessageFilter } from '../../core/filter.ts';
import type { Scope } from '../../core/identity.ts';
import { messageKeyText, type MessageKey } from '../../core/ids.ts';
import { termOf } from '../../core/words.ts';
import type { KeywordCandidate, KeywordCandidates, KeywordQuery, MeaningQuery, Nearness } from '../candidates.ts';
import type { Call, CandidateSource } from '../store.ts';
import { goneHeads, withoutGone } from './gone.ts';
import type { Parts } from './parts.ts';
import { allInScope, integer, messageIdIn, numberOr, requireInScope, threadKeyIn, type Item } from './rows.ts';
import {
  bestWordMatches,
  nearestPassages,
  wordMatches,
  wordsAndNearness,
  type VectorSearch,
  type WordSearch,
} from './search-queries.ts';
import { spellings } from './spellings.ts';
import { vectorsOf } from './stored-vectors.ts';
import type { VectorModel } from './vector-model.ts';
import { toComponents } from './vectors.ts';
import { countsIn, demandsNothing, fitOf, frequenciesIn, hasPhrases, meets } from './word-rows.ts';

/** The candidate port over Cosmos DB. */
export function cosmosCandidates(parts: Parts, vectors: VectorModel): CandidateSource {
  return {
    byKeyword: (scope, query, filter, limit, call) => byKeyword(parts, { scope, query, filter, limit }, call),
    byMeaning: (scope, query, filter, limit, call) => byMeaning(parts, vectors, { scope, query, filter, limit }, call),
    spellings: (scope, words, call) => spellings(parts, scope, words, call),
    vectorsOf: (scope, model, keys, call) => vectorsOf(parts, vectors, { scope, model, keys }, call),
  };
}

type Asked<AQuery> = {
  readonly scope: Scope;
  readonly query: AQuery;
  readonly filter: MessageFilter;
  readonly limit: number;
};

/** How much more is looked at when what was found does not meet what the query demands. */
const WIDER = 4;

/** So many matches are ranked here; they come in one request, and cost what the service's own ranking of them would. */
const RANKED_HERE = 1_000;

/**
 * First whatever has any of the words: an owner's question seldom finds more than can be ranked here, with all that is
 * known of them. Only where there are more does the service rank them, which asks every physical partition, and counts
 * over all tenants, for statistics.
 */
async function byKeyword(parts: Parts, asked: Asked<KeywordQuery>, call: Call): Promise<KeywordCandidates> {
  const { access, sizes } = parts;
  const { scope, query, filter, limit } = asked;
  const sought = query.terms.map(termOf);
  const terms = [...new Set(sought)].filter((term) => term !== '');
  if (terms.length === 0 || limit < 1) return { candidates: [], statistics: null };
  const most = Math.max(limit, RANKED_HERE);
  const search: WordSearch = { scope, terms, constraints: query, filter, rows: most + 1, now: access.now() };
  const [found, messages] = await Promise.all([
    access.query('threads', wordMatches(search), call),
    sizes.of(scope, call),
  ]);
  const matches = withoutGone(found);
  if (found.length > most) return { candidates: await bestOfMany(parts, search, asked, call), statistics: null };
  const all = matches.filter((row) => hasPhrases(row, query.phrases));
  const statistics = { messages, frequencies: frequenciesIn(countsIn(matches, sought), sought.length) };
  return { candidates: inOrder(all, scope, sought).slice(0, limit), statistics };
}

/** The best by the service's measure, as many as meet what the query demands. */
async function bestOfMany({ access }: Parts, search: WordSearch, asked: Asked<KeywordQuery>, call: Call) {
  const { scope, query, limit } = asked;
  const heads = access.query('threads', goneHeads(scope), call);
  // Awaited below; should the first search fail, nobody hears of it.
  heads.catch(() => undefined);
  for (let most = limit; ; most *= WIDER) {
    const rows = await access.query('threads', bestWordMatches({ ...search, rows: most }), call);
    const there = withoutGone(rows, await heads);
    const kept = there.filter((row) => hasPhrases(row, query.phrases)).slice(0, limit);
    if (kept.length === limit || rows.length < most) return inOrder(kept, scope, query.terms.map(termOf));
  }
}

/** Candidates of rows, the best first. */
function inOrder(rows: readonly Item[], scope: Scope, terms: readonly string[]): KeywordCandidate[] {
  const counts = countsIn(allInScope(rows, scope), terms);
  const usualLength = counts.reduce((sum, { length }) => sum + length, 0) / Math.max(1, counts.length);
  return rows
    .flatMap((row, at) => {
      const own = counts[at];
      if (own === undefined) return [];
      const key = { ...threadKeyIn(row), message: messageIdIn(row, 'id') };
      return [{ key, counts: own, fit: fitOf(own, usualLength) }];
    })
    .sort((one, other) => other.fit - one.fit)
    .map(({ key, counts: own }) => ({ key, counts: own }));
}

type Near = Nearness & { readonly key: MessageKey };

/** The nearest passages, each message by its best; then, in one more request, words and what else is asked about. */
async function byMeaning({ access }: Parts, vectors: VectorModel, asked: Asked<MeaningQuery>, call: Call) {
  const { scope, query, filter, limit } = asked;
  const vectorModel = await vectors.nameFor(query.model, query.vector.length, call);
  const keysAlongside = async () => (await query.alongside).map(({ key }) => key);
  if (vectorModel === null) return { candidates: [], alongside: (await keysAlongside()).map(() => null) };
  const vector = toComponents(query.vector, vectors.dimensions);
  const search: VectorSearch = { scope, vector, vectorModel, filter, rows: 0, now: access.now() };
  let isFree = demandsNothing(query);
  for (let most = 2 * limit; ; most *= WIDER) {
    const rows = await access.query('threads', nearestPassages({ ...search, rows: most }), call);
    const near = [...bestOf(rows, scope).values()];
    if (isFree && near.length < limit && rows.length === most) continue;
    const first = isFree ? near.slice(0, limit) : near;
    const keys = await keysAlongside();
    const more = await details(search, first, { alongside: keys, texts: query.phrases.length > 0 });
    const rowsOfFirst = first.map(({ key }) => more.words.get(messageKeyText(key)));
    const found = rowsOfFirst.filter((row) => row !== undefined);
    const counts = new Map(countsIn(found, query.terms.map(termOf)).map((count, at) => [found[at], count]));
    const candidates = first
      .flatMap(({ key, ...nearness }, at) => {
        const row = rowsOfFirst[at];
        const own = counts.get(row);
        // Without a row its message went meanwhile, or its thread is gone.
        return row === undefined || own === undefined || !meets(row, query) ? [] : [{ key, ...nearness, counts: own }];
      })
      .slice(0, limit);
    if (candidates.length < limit && (rows.length === most || first.length < near.length)) {
      // Some of the nearest are not to be found: next, all that is near is looked at.
      isFree = false;
      continue;
    }
    const known = new Map([...more.nearness, ...near.map((one) => [messageKeyText(one.key), one] as const)]);
    const alongside = keys.map((key): Nearness | null => {
      const one = known.get(messageKeyText(key));
      return one === undefined ? null : { cosine: one.cosine, passage: one.passage };
    });
    return { candidates, alongside };
  }

  async function details(
    { scope: whose, vector: to }: VectorSearch,
    near: readonly Near[],
    { alongside, texts }: { alongside: readonly MessageKey[]; texts: boolean },
  ) {
    const there = new Set(near.map(({ key }) => messageKeyText(key)));
    const nearness = alongside.filter((key) => !there.has(messageKeyText(key)));
    const words = near.map(({ key }) => key);
    if (words.length + nearness.length === 0)
      return { words: new Map<string, Item>(), nearness: new Map<string, Near>() };
    const query_ = wordsAndNearness(whose, { words, nearness, texts }, to, vectorModel ?? '');
    const rows = withoutGone(await access.query('threads', query_, call));
    const messages = rows.filter((row) => row['kind'] === 'message');
    return {
      words: new Map(messages.map((row) => [keyText(row, 'id'), row])),
      nearness: bestOf(
        rows.filter((row) => row['kind'] === 'passage'),
        whose,
      ),
    };
  }
}

/** The messages of passages, each with its best, the nearest first. */
function bestOf(rows: readonly Item[], scope: Scope): Map<string, Near> {
  const near = rows
    .map((row): Near => {
      requireInScope(row, scope);
      return {
        key: { ...threadKeyIn(row), message: messageIdIn(row, 'messageId') },
        // A vector without direction is near nothing.
        cosine: numberOr(row, 'cosine', 0),
        passage: { start: integer(row, 'starts'), end: integer(row, 'ends') },
      };
    })
    .sort((one, other) => other.cosine - one.cosine);
  const best = new Map<string, Near>();
  for (const one of near) {
    const name = messageKeyText(one.key);
    if (!best.has(name)) best.set(name, one);
  }
  return best;
}

function keyText(row: Item, property: string): string {
  return messageKeyText({ ...threadKeyIn(row), message: messageIdIn(row, property) });
}
