/** How well one question was answered, each 0 to 1. */
export type Measures = {
  /** The share of the evidence among the first so many hits. */
  readonly recall5: number;
  readonly recall10: number;
  readonly recall20: number;
  /** 1 when all of the evidence is among the first ten hits, else 0. */
  readonly all10: number;
  /** Normalised discounted cumulative gain of the first ten, with a gain of 1 (Järvelin and Kekäläinen 2002). */
  readonly ndcg10: number;
  /** One over the place of the first hit that is evidence; its mean is the mean reciprocal rank. */
  readonly reciprocalRank: number;
};

/**
 * @param ranked what was found, the best first, without repetitions
 * @param evidence what should be found, at least one
 */
export function measure(ranked: readonly string[], evidence: ReadonlySet<string>): Measures {
  const recall = (depth: number) => ranked.slice(0, depth).filter((id) => evidence.has(id)).length / evidence.size;
  let gain = 0;
  let ideal = 0;
  for (let place = 0; place < 10; place += 1) {
    const worth = 1 / Math.log2(place + 2);
    if (evidence.has(ranked[place] ?? '')) gain += worth;
    if (place < evidence.size) ideal += worth;
  }
  const first = ranked.findIndex((id) => evidence.has(id));
  return {
    recall5: recall(5),
    recall10: recall(10),
    recall20: recall(20),
    all10: recall(10) === 1 ? 1 : 0,
    ndcg10: gain / ideal,
    reciprocalRank: first < 0 ? 0 : 1 / (first + 1),
  };
}

/** The mean of each measure; of no questions, zeros. */
export function mean(measures: readonly Measures[]): Measures {
  const of = (name: keyof Measures) =>
    measures.reduce((sum, each) => sum + each[name], 0) / Math.max(1, measures.length);
  return {
    recall5: of('recall5'),
    recall10: of('recall10'),
    recall20: of('recall20'),
    all10: of('all10'),
    ndcg10: of('ndcg10'),
    reciprocalRank: of('reciprocalRank'),
  };
}
