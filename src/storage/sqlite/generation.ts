import type { EmbeddingModel } from '../../core/embedding-model.ts';

/** The vectors of one model: every passage and block of bits carries its number. */
export type Generation = EmbeddingModel & {
  readonly generation: number;
  /**
   * BUILDING until all messages have theirs, SERVING, RETIRED when another serves in its place (queries that were under
   * way still find it), GONE when they are to be removed.
   */
  readonly phase: 'SERVING' | 'BUILDING' | 'RETIRED' | 'GONE';
};
