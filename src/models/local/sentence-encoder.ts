import { InferenceSession, Tensor } from 'onnxruntime-node';

import { unigramTokenizer } from './unigram-tokenizer.ts';
import type { Tokenizer } from './unigram-tokenizer.ts';
import { DIMENSIONS, MAX_TOKENS, useGraph } from './use-graph.ts';
import { readVocabulary, readWeights } from './use-weights.ts';

/** The model, loaded. It computes in the thread that calls it. */
export interface SentenceEncoder {
  /** Vectors of unit length, one after the other: 512 numbers a text. Texts past 128 tokens are cut. */
  encode(texts: readonly string[]): Promise<Float32Array<ArrayBuffer>>;
}

// Where a text is cut before its tokens are counted. 128 pieces of 16 units, the longest there are, take a fourth of it:
// tokens past the cut count only after thousands of unknown characters, and a text of megabytes costs no more than this.
const MAX_CHARACTERS = 8192;

// Far below any score, and still a finite number: exp of it is 0 (the published graph's constant).
const ABSENT = -1e9;

/** Lays sentences out as the model's inputs; `useGraph` says what each is. */
function layOut(sentences: readonly (readonly number[])[]): Record<string, Tensor> {
  const rows = sentences.length;
  const length = Math.max(...sentences.map((sentence) => sentence.length));
  const tokens = sentences.reduce((total, sentence) => total + sentence.length, 0);

  const ids = new Int32Array(tokens);
  const positions = new Int32Array(tokens);
  const places = new Int32Array(rows * length);
  const homes = new Int32Array(tokens);
  const absence = new Float32Array(rows * length).fill(ABSENT);
  const shares = new Float32Array(rows * tokens);

  let token = 0;
  for (const [row, sentence] of sentences.entries()) {
    for (const [position, id] of sentence.entries()) {
      const home = row * length + position;
      ids[token] = id;
      positions[token] = position;
      places[home] = token;
      homes[token] = home;
      absence[home] = 0;
      shares[row * tokens + token] = 1 / sentence.length;
      token++;
    }
  }
  return {
    ids: new Tensor('int32', ids, [tokens]),
    positions: new Tensor('int32', positions, [tokens]),
    places: new Tensor('int32', places, [rows, length]),
    homes: new Tensor('int32', homes, [tokens]),
    absence: new Tensor('float32', absence, [rows, 1, 1, length]),
    shares: new Tensor('float32', shares, [rows, tokens]),
  };
}

async function openSession(threads: number): Promise<InferenceSession> {
  const { weights, block } = await readWeights();
  const model = useGraph(weights);
  // The session keeps its own copy. Cut to nothing, these two give back 28 MB each at once, not when garbage is next
  // collected, which in a thread that waits may be never.
  block.buffer.transfer(0);
  const session = await InferenceSession.create(model, {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    // Memory patterns are kept per shape of input, and here hardly two batches have the same.
    enableMemPattern: false,
    logSeverityLevel: 3,
  });
  model.buffer.transfer(0);
  return session;
}

/**
 * Loads the Universal Sentence Encoder (lite) from its npm package.
 * @param threads how many threads one computation may use.
 * @throws when the package's files are missing or not as expected, or the runtime refuses them.
 */
export async function loadSentenceEncoder(threads: number): Promise<SentenceEncoder> {
  const session = await openSession(threads);
  const tokenize: Tokenizer = unigramTokenizer(await readVocabulary());
  return {
    async encode(texts) {
      const sentences = texts.map((text) => tokenize(text.slice(0, MAX_CHARACTERS)).slice(0, MAX_TOKENS));
      const output = Object.values(await session.run(layOut(sentences)))[0]?.data;
      if (!(output instanceof Float32Array) || output.length !== texts.length * DIMENSIONS) {
        throw new Error(`expected ${String(texts.length)} vectors from the model, but got something else`);
      }
      return new Float32Array(output);
    },
  };
}
