import { messageKeyText, threadKeyText, type MessageKey } from '../core/ids.ts';
import type { Passage } from '../storage/indexed.ts';
import type { KeywordCandidates, Nearness, SearchField, WordCounts } from '../storage/candidates.ts';
import type { SearchMode } from './hits.ts';

/**
 * The one ranking, whatever the engine. Its numbers were chosen on two labelled sets (long chats between two people; the
 * project's own 52 assistant threads), which do not agree on everything; nothing was held out, so unseen conversations may
 * do somewhat worse. `recall` below is recall at 10, in points, on the first set.
 *
 * A message's score is the mean, weighted by how far the embedder can be trusted, of how well its words fit (BM25F) and
 * how near its meaning is (cosine), plus a part of how well the best of its thread fit. Both parts are measured against
 * fixed ends, not against the best hit: so a score means the same from query to query, a bad best hit has a bad score,
 * and a new message does not change the scores of the others. Stretching each list to 0 to 1 instead costs 0.6 points of
 * recall on the first set and 3.7 on the second; fusing ranks ("RRF") was measured to fall 10 points behind words alone,
 * with another ranking of words.
 */
const WEIGHTS = {
  /**
   * How much a word counts by where it is. A conversation speaks of things without naming them, so what was said just
   * before and after, who said it and when count too. Without the neighbours recall falls by 4.0 points, without the
   * author by 1.8, without the date by 2.3.
   */
  fields: { text: 1, author: 2, said: 1, previous: 0.5, earlier: 0.4, next: 0.25 } satisfies Record<
    SearchField,
    number
  >,
  /**
   * BM25 (Robertson and Zaragoza, 2009): how soon repetition stops to count, and how much length is held against a
   * message. Chat messages are short: less of both than for documents (1.2, 0.75); 0.4 points of recall.
   */
  saturation: 0.9,
  lengthPenalty: 0.6,
  /**
   * How much a word's rarity counts beside its mere presence: 1 + this × the inverse document frequency. In questions
   * all words matter once stop words are gone: 0.7 points of recall against the whole frequency, 0.9 against none.
   */
  rarity: 0.5,
  /** A cosine up to this is no nearness: what texts have in common that have nothing in common. */
  unrelatedCosine: 0.2,
  /** A cosine from this on is as near as it gets. */
  sameCosine: 0.8,
  /** How much the thread's best hits, in the mean, add to each of its hits; 0.7 points of recall. */
  thread: 0.3,
  threadHits: 3,
} as const;

/** What is known of a message that a search came upon. Null: its words, or its meaning, were not asked about. */
export type Candidate = {
  readonly key: MessageKey;
  readonly counts: WordCounts | null;
  readonly nearness: Nearness | null;
};

/** A message in its place in the list. Scores lie in 0 to 1. */
export type Ranked = {
  readonly key: MessageKey;
  readonly score: number;
  readonly keywordScore: number | null;
  readonly meaningScore: number | null;
  readonly passage: Passage | null;
  /** What messages with the same text share (`WordCounts`). */
  readonly fingerprint: string | null;
};

type RankingOptions = {
  readonly mode: SearchMode;
  /** The embedder's: how much meaning counts where words count 1. */
  readonly meaningWeight: number;
  readonly statistics: KeywordCandidates['statistics'];
};

/** Puts candidates in order, the best first. Those that fit not at all are left out. */
export function rank(candidates: readonly Candidate[], options: RankingOptions): Ranked[] {
  const wordFit = wordScorer(candidates, options.statistics);
  const fitting = candidates
    .map(({ key, counts, nearness }) => {
      const keywordScore = options.mode === 'MEANING' || counts === null ? null : wordFit(counts);
      const meaningScore = options.mode === 'KEYWORD' || nearness === null ? null : meaningFit(nearness.cosine);
      const fit = together(keywordScore ?? 0, meaningScore ?? 0, options);
      const passage = nearness?.passage ?? null;
      return { key, fit, keywordScore, meaningScore, passage, fingerprint: counts?.fingerprint ?? null };
    })
    .filter(({ fit }) => fit > 0);
  const threadFit = threadScorer(fitting);
  return fitting
    .map(({ fit, ...ranked }) => ({
      ...ranked,
      score: (fit + WEIGHTS.thread * threadFit(ranked.key)) / (1 + WEIGHTS.thread),
    }))
    .sort((one, other) => other.score - one.score || compareKeys(one.key, other.key));
}

function together(keyword: number, meaning: number, { mode, meaningWeight }: RankingOptions): number {
  switch (mode) {
    case 'KEYWORD':
      return keyword;
    case 'MEANING':
      return meaning;
    case 'HYBRID':
      return (keyword + meaningWeight * meaning) / (1 + meaningWeight);
  }
}

/** BM25F: the fields' counts are added up, each with its weight, before repetition saturates. 1 would be a perfect fit. */
function wordScorer(
  candidates: readonly Candidate[],
  statistics: RankingOptions['statistics'],
): (counts: WordCounts) => number {
  const lengths = candidates.flatMap(({ counts }) => (counts === null ? [] : [counts.length]));
  const usualLength = lengths.reduce((sum, length) => sum + length, 0) / Math.max(1, lengths.length);
  const { saturation, lengthPenalty } = WEIGHTS;
  return ({ length, terms }) => {
    const slowness = saturation * (1 - lengthPenalty + lengthPenalty * (length / Math.max(1, usualLength)));
    let fit = 0;
    let perfect = 0;
    for (const [at, fields] of terms.entries()) {
      const weight = 1 + WEIGHTS.rarity * rarity(statistics, at);
      const count = weightedCount(fields);
      fit += (weight * count) / (count + slowness);
      perfect += weight;
    }
    return perfect === 0 ? 0 : fit / perfect;
  };
}

function weightedCount(fields: WordCounts['terms'][number]): number {
  const weights = WEIGHTS.fields;
  return (
    weights.text * fields.text +
    weights.author * fields.author +
    weights.said * fields.said +
    weights.previous * fields.previous +
    weights.earlier * fields.earlier +
    weights.next * fields.next
  );
}

/** The inverse document frequency of a term, never below 0; 0 for all where the engine cannot tell. */
function rarity(statistics: RankingOptions['statistics'], at: number): number {
  if (statistics === null) return 0;
  const frequency = statistics.frequencies[at] ?? 0;
  const others = Math.max(0, statistics.messages - frequency);
  return Math.log(1 + (others + 0.5) / (frequency + 0.5));
}

function meaningFit(cosine: number): number {
  const { unrelatedCosine, sameCosine } = WEIGHTS;
  return Math.min(1, Math.max(0, (cosine - unrelatedCosine) / (sameCosine - unrelatedCosine)));
}

/** The mean of a thread's best fits; missing ones count 0, so that a thread with more of them does better. */
function threadScorer(fitting: readonly { key: MessageKey; fit: number }[]): (key: MessageKey) => number {
  const fits = new Map<string, number[]>();
  for (const { key, fit } of fitting) {
    const thread = threadKeyText(key);
    const known = fits.get(thread);
    if (known === undefined) fits.set(thread, [fit]);
    else known.push(fit);
  }
  const means = new Map(
    Array.from(fits, ([thread, all]) => {
      const best = all.sort((one, other) => other - one).slice(0, WEIGHTS.threadHits);
      return [thread, best.reduce((sum, fit) => sum + fit, 0) / WEIGHTS.threadHits];
    }),
  );
  return (key) => means.get(threadKeyText(key)) ?? 0;
}

function compareKeys(one: MessageKey, other: MessageKey): number {
  return messageKeyText(one) < messageKeyText(other) ? -1 : 1;
}
