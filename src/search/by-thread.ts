import { threadKeyText } from '../core/ids.ts';
import type { Ranked } from './ranking.ts';

/** Hits shown of each thread. */
const HITS_A_THREAD = 5;

/** A thread by the best of its messages, which stands for it. */
export type RankedThread = { readonly best: Ranked; readonly score: number; readonly hits: readonly Ranked[] };

/** Threads in the order of their best hits: those have the others' part in their score already. */
export function byThread(ranked: readonly Ranked[]): RankedThread[] {
  const threads = new Map<string, Ranked[]>();
  for (const one of ranked) {
    const thread = threadKeyText(one.key);
    const hits = threads.get(thread);
    if (hits === undefined) threads.set(thread, [one]);
    else if (hits.length < HITS_A_THREAD) hits.push(one);
  }
  return [...threads.values()].flatMap((hits) => hits.slice(0, 1).map((best) => ({ best, score: best.score, hits })));
}
