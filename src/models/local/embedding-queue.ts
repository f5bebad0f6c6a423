import type { SentenceEncoder } from './sentence-encoder.ts';
import { DIMENSIONS } from './use-graph.ts';

/** A call of so few texts is taken for a query: somebody waits for it. */
const QUERY_TEXTS = 2;

// Measured on one core with chat messages, median of two rounds: 562 texts/s one by one, 649 in batches of these, 640 of
// twice as many, 553 of four times as many. A batch, some 400 tokens, takes 15 to 20 ms: a query has to wait no longer.
const BATCH_TEXTS = 16;
const BATCH_CHARACTERS = 1600;

/** So many batches of queries in a row may pass other waiting texts; then one batch of those has its turn. */
const QUERY_BATCHES_IN_A_ROW = 8;

const TO_COME = new Float32Array(0);

type Call = {
  readonly texts: readonly string[];
  /** Where each text stands in `texts`, shortest first: texts of like length make the fastest batch (4 to 10 %). */
  readonly order: readonly number[];
  /** How many of `order` have been handed out. */
  taken: number;
  readonly vectors: Float32Array[];
  /** How many of `vectors` are yet to come. */
  missing: number;
  readonly resolve: (vectors: Float32Array[]) => void;
  readonly reject: (reason: unknown) => void;
};

type Batch = readonly { readonly call: Call; readonly place: number; readonly text: string }[];

/** Takes calls of any size and feeds an encoder with small batches, one at a time, queries first. */
export interface EmbeddingQueue {
  /**
   * One vector per text, in the order of the texts.
   * @throws the signal's reason when it aborts, or what the encoder rejected: then every waiting call is rejected.
   */
  embed(texts: readonly string[], signal?: AbortSignal): Promise<Float32Array[]>;
}

function callOf(texts: readonly string[], settle: Pick<Call, 'resolve' | 'reject'>): Call {
  const order = [...texts.keys()].sort((a, b) => (texts[a]?.length ?? 0) - (texts[b]?.length ?? 0));
  return { texts, order, taken: 0, vectors: texts.map(() => TO_COME), missing: texts.length, ...settle };
}

/** The next texts of the oldest calls. A call whose last text is taken leaves `calls`. */
function takeBatch(calls: Set<Call>): Batch {
  const batch: Batch[number][] = [];
  let characters = 0;
  for (const call of calls) {
    for (const place of call.order.slice(call.taken, call.taken + BATCH_TEXTS)) {
      const text = call.texts[place] ?? '';
      characters += text.length;
      if (batch.length === BATCH_TEXTS || (batch.length > 0 && characters > BATCH_CHARACTERS)) return batch;
      batch.push({ call, place, text });
      call.taken++;
    }
    if (call.taken === call.order.length) calls.delete(call);
  }
  return batch;
}

function deliver(batch: Batch, vectors: Float32Array): void {
  for (const [index, { call, place }] of batch.entries()) {
    // A copy, so that a vector that is kept does not keep its batch.
    call.vectors[place] = vectors.slice(index * DIMENSIONS, (index + 1) * DIMENSIONS);
    call.missing--;
    if (call.missing === 0) call.resolve(call.vectors);
  }
}

/** A queue before that encoder, which is called again only when it has answered. */
export function embeddingQueue(encoder: SentenceEncoder): EmbeddingQueue {
  const queries = new Set<Call>();
  const others = new Set<Call>();
  const open = new Set<Call>();
  let queryBatches = 0;
  let encoding = false;

  const nextBatch = (): Batch => {
    const queriesFirst = queries.size > 0 && (others.size === 0 || queryBatches < QUERY_BATCHES_IN_A_ROW);
    queryBatches = queriesFirst ? queryBatches + 1 : 0;
    return takeBatch(queriesFirst ? queries : others);
  };

  const work = async (): Promise<void> => {
    if (encoding) return;
    encoding = true;
    try {
      for (let batch = nextBatch(); batch.length > 0; batch = nextBatch()) {
        deliver(batch, await encoder.encode(batch.map(({ text }) => text)));
      }
    } catch (error) {
      queries.clear();
      others.clear();
      for (const call of open) call.reject(error);
    } finally {
      encoding = false;
    }
  };

  return {
    async embed(texts, signal) {
      signal?.throwIfAborted();
      if (texts.length === 0) return [];

      const { promise, resolve, reject } = Promise.withResolvers<Float32Array[]>();
      const call = callOf(texts, { resolve, reject });
      const waiting = texts.length <= QUERY_TEXTS ? queries : others;
      const abort = (): void => {
        waiting.delete(call);
        reject(signal?.reason);
      };
      signal?.addEventListener('abort', abort, { once: true });
      open.add(call);
      waiting.add(call);
      void work();
      try {
        return await promise;
      } finally {
        open.delete(call);
        signal?.removeEventListener('abort', abort);
      }
    },
  };
}
