import type { Log } from '../core/log.ts';
import { ModelFailure } from './chat.ts';

export type BatchLimits = {
  /** Texts per request. */
  readonly texts: number;
  /** Characters per request, for servers count tokens; a single text may have more. */
  readonly characters: number;
  /** Requests at once, per call. */
  readonly requests: number;
};

/** A text this short is not what is too long. */
const SHORTEST_CUT = 16;

/**
 * Embeds any number of texts in requests of limited size, and gives the vectors in the texts' order.
 *
 * When a request is refused as too long it is halved until the text at fault stands alone, and that text is cut to half
 * its length until the model takes it: its vector is of its beginning, which the log tells, and the other texts have
 * theirs. (The caller cuts long texts into passages; only one with far more tokens a character than usual gets here.)
 * @param send embeds one batch, repeated tries included
 * @throws ModelFailure of the first request that fails otherwise
 */
export async function embedInBatches(
  texts: readonly string[],
  { limits, send, log }: { limits: BatchLimits; send: (batch: readonly string[]) => Promise<Float32Array[]>; log: Log },
): Promise<Float32Array[]> {
  const batches = cut(texts, limits);
  const vectors: Float32Array[][] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let at = next++; at < batches.length; at = next++) {
      vectors[at] = await embedBatch(batches[at] ?? [], send, log);
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(limits.requests, batches.length) }, work));
  } finally {
    // After a failure no further request is begun.
    next = batches.length;
  }
  return vectors.flat();
}

async function embedBatch(
  batch: readonly string[],
  send: (batch: readonly string[]) => Promise<Float32Array[]>,
  log: Log,
): Promise<Float32Array[]> {
  try {
    return await send(batch);
  } catch (error) {
    const [only = ''] = batch;
    const hopeless = batch.length === 1 && only.length <= SHORTEST_CUT;
    if (!(error instanceof ModelFailure) || error.code !== 'CONTEXT_TOO_LONG' || hopeless) throw error;
    if (batch.length > 1) {
      const middle = Math.ceil(batch.length / 2);
      const front = await embedBatch(batch.slice(0, middle), send, log);
      return [...front, ...(await embedBatch(batch.slice(middle), send, log))];
    }
    const shorter = only.slice(0, Math.ceil(only.length / 2)).toWellFormed();
    log.warn(
      { characters: only.length, kept: shorter.length },
      'a text is too long for the embedding model and is cut',
    );
    return embedBatch([shorter], send, log);
  }
}

function cut(texts: readonly string[], limits: BatchLimits): string[][] {
  const batches: string[][] = [];
  let characters = 0;
  for (const text of texts) {
    const batch = batches.at(-1);
    characters += text.length;
    if (batch !== undefined && batch.length < limits.texts && characters <= limits.characters) batch.push(text);
    else {
      batches.push([text]);
      characters = text.length;
    }
  }
  return batches;
}
