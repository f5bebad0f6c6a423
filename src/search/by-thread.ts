import { threadKeyText } from '../core/ids.ts';
import { foldDuplicates, type Folded } from './duplicates.ts';
import type { Ranked } from './ranking.ts';

/** Hits shown of each thread. */
const HITS_A_THREAD = 5;

/** A thread by the best of its messages, which stands for it. */
export type RankedThread = { readonly best: Ranked; readonly score: number; readonly hits: readonly Folded[] };

/**
 * Threads in the order of their best hits: those have the others' part in their score already. The same text folds
 * within a thread only: in two threads it is a hit of each.
 */
export function byThread(ranked: readonly Ranked[]): RankedThread[] {
  const threads = Map.groupBy(ranked, ({ key }) => threadKeyText(key));
  return Array.from(threads.values(), (all) => foldDuplicates(all).slice(0, HITS_A_THREAD)).flatMap((hits) =>
    hits.slice(0, 1).map((best) => ({ best, score: best.score, hits })),
  );
}
