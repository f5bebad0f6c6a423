import type { EmbeddingModel } from '../core/embedding-model.ts';

/**
 * The port of everything that turns text into vectors. A provider implements it; `indexing/` and `search/` use it.
 */
export interface Embedder extends EmbeddingModel {
  /** Texts of up to this many characters are embedded whole; longer ones are to be cut into passages by the caller. */
  readonly passageCharacters: number;
  /**
   * How much weight the ranking gives to meaning against words, 0 to 1. A weak embedder must not drown the keywords
   * (measured: equal weights with a weak one cost 10 points of recall).
   */
  readonly rankingWeight: number;
  /**
   * Embeds each text; the answer has one vector of unit length per text, in the same order.
   * Any string is accepted, the empty one too.
   * @throws SkeinError UNAVAILABLE when the model cannot be reached; the whole call may be repeated. BAD_USER_INPUT when
   *   it refuses a text: the others may be embedded without it.
   */
  embed(texts: readonly string[], options?: { signal?: AbortSignal }): Promise<Float32Array[]>;
  /** Stops worker threads and connections. Calls under way are rejected. */
  close(): Promise<void>;
}
