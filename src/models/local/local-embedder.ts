import type { Embedder } from '../embedder.ts';
import { embeddingQueue } from './embedding-queue.ts';
import { encoderThread } from './encoder-thread.ts';
import { DIMENSIONS } from './use-graph.ts';

export type LocalEmbedderOptions = {
  /** How many threads one computation may use, 1 or more. One leaves the other cores to the server. */
  readonly threads?: number;
};

/** An embedder that needs no network. */
export interface LocalEmbedder extends Embedder {
  /**
   * Starts loading the model (about a third of a second, in its own thread), which otherwise waits for the first text.
   * Costs some 120 MB of memory.
   */
  warm(): void;
}

/**
 * The Universal Sentence Encoder (lite), computed on this machine's processor in a thread of its own. It knows English;
 * of other scripts it knows little more than single characters.
 *
 * Calls of one or two texts go before longer ones. Texts past 128 tokens are cut. An open embedder with nothing to do
 * does not keep the process alive.
 */
export function startLocalEmbedder({ threads = 1 }: LocalEmbedderOptions = {}): LocalEmbedder {
  const thread = encoderThread(new URL('./encoder-worker.ts', import.meta.url), threads);
  const queue = embeddingQueue(thread);
  return {
    // A change to tokens or vectors, however small, takes a new number: stored vectors are compared by this name.
    model: 'use-lite-512@2',
    dimensions: DIMENSIONS,
    origin: { provider: 'local', host: null, name: 'use-lite-512' },
    // Chat messages take some 4.3 characters a token; 400 characters stay below 128 tokens even where they take 3.2.
    passageCharacters: 400,
    // Half the weight of words (measured: equal weights with an embedder this weak cost 10 points of recall).
    rankingWeight: 0.5,
    embed: (texts, options) => queue.embed(texts, options?.signal),
    warm: thread.warm,
    close: thread.close,
  };
}
