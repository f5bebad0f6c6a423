/**
 * Speed and cost of the local embedder: `node bench/embed.ts [TEXTS]`, 480 unless told.
 *
 * Prints one line a figure: what was measured, then what it is compared with in the same run, as a ratio. The rounds of
 * the things compared take turns. Of a speed the best round counts, for a noisy neighbour only ever slows; of a wait, the
 * median.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as rest } from 'node:timers/promises';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { startLocalEmbedder } from '../src/models/local/local-embedder.ts';
import { onnxGraph } from '../src/models/local/onnx-model.ts';
import { loadSentenceEncoder } from '../src/models/local/sentence-encoder.ts';
import { unigramTokenizer } from '../src/models/local/unigram-tokenizer.ts';
import { readVocabulary } from '../src/models/local/use-weights.ts';
import { beside, median, printLine } from './measure.ts';

const ROUNDS = 7;

// Multiplications and additions a token, in the dense layers of `useGraph` (attention adds a little).
const MULTIPLICATIONS_PER_TOKEN =
  256 * 768 + 256 * 512 + 256 * 512 + 2 * 512 * 1536 + 512 * 1536 + 512 * 512 + 2 * 512 * 1536;

const PHRASES = [
  'I moved the meeting with the suppliers to Thursday afternoon',
  'the deployment failed because the migration timed out',
  'could you send me the invoice for last month again?',
  'we should cache the result instead of asking every time',
  'thanks, that worked!',
  'my sister is flying to Lisbon in March',
  'what did we decide about the retry budget of the gateway',
  'the second paragraph sounds too formal for a birthday card',
  'no, the other one',
  'it returns 404 when the header is missing',
];

/** Chat messages of 30 words, more or less; the same ones every time. */
function messages(count: number): string[] {
  let state = 7;
  const below = (limit: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return Math.floor((state / 0x80000000) * limit);
  };
  return Array.from({ length: count }, () =>
    Array.from({ length: 1 + below(6) }, () => PHRASES[below(PHRASES.length)]).join(', '),
  );
}

const best = (values: readonly number[]): number => Math.min(...values);

/** How many milliseconds each of the things takes, in rounds in turn; of each thing's rounds, one number. */
async function timed(
  choose: (times: readonly number[]) => number,
  ...things: readonly (() => Promise<unknown>)[]
): Promise<number[]> {
  const times = things.map((): number[] => []);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [index, thing] of things.entries()) {
      const start = performance.now();
      await thing();
      times[index]?.push(performance.now() - start);
    }
  }
  return times.map(choose);
}

/** One matrix product of the model's largest shape (400 × 512 × 1536), to be run as often as one likes. */
async function matrixProduct(): Promise<{ multiplications: number; run: () => Promise<unknown> }> {
  const [rows, from, to] = [400, 512, 1536];
  const graph = onnxGraph('matrix-product');
  const x = graph.input('x', 'float32', [rows, from]);
  const kernel = graph.constant('kernel', 'float32', [from, to], new Uint8Array(from * to * 4).fill(61));
  graph.output(graph.node('MatMul', [x, kernel]), 'float32', [rows, to]);
  const session = await InferenceSession.create(graph.serialize(), { intraOpNumThreads: 1 });
  const feeds = { x: new Tensor('float32', new Float32Array(rows * from).fill(0.5), [rows, from]) };
  return { multiplications: rows * from * to, run: () => session.run(feeds) };
}

function report(figure: string, value: number, unit: string, reference: string, ratio: number): void {
  printLine(`embed, ${figure}`, value, unit, beside(ratio, reference));
}

/** The longest that the event loop was held up meanwhile, in milliseconds. */
async function longestGap(during: () => Promise<unknown>): Promise<number> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  await during();
  delay.disable();
  return delay.max / 1e6;
}

const megabytes = (): number => process.memoryUsage.rss() / 1024 ** 2;

const texts = messages(Number(process.argv[2] ?? 480));
const one = texts.slice(0, 100);

const before = megabytes();
const embedder = startLocalEmbedder();
const start = performance.now();
await embedder.embed(['first']);
const firstAnswer = performance.now() - start;
await embedder.embed(texts);
const after = megabytes();

const embedAll = (): Promise<unknown> => embedder.embed(texts);
const embedOneByOne = async (): Promise<void> => {
  for (const text of one) await embedder.embed([text]);
};

const busyGap = await longestGap(embedAll);
const [allTime = 0] = await timed(median, embedAll);
const idleGap = await longestGap(() => rest(allTime));

// A query in the middle of a backlog against a query alone.
let backlog = Promise.resolve();
const [alone = 0, amid = 0] = await timed(
  median,
  () => embedder.embed([one[0] ?? '']),
  async () => {
    backlog = embedder.embed(texts).then(() => undefined);
    await embedder.embed([one[0] ?? '']);
  },
  () => backlog,
);

// The same computation in this thread, from here on.
const encoder = await loadSentenceEncoder(1);
const product = await matrixProduct();
const tokenize = unigramTokenizer(await readVocabulary());
const tokens = texts.reduce((total, text) => total + Math.min(tokenize(text).length, 128), 0);
const sorted = texts.toSorted((a, b) => a.length - b.length);

const [batched = 0, bareBatched = 0, oneByOne = 0, bareOneByOne = 0, products = 0] = await timed(
  best,
  embedAll,
  async () => {
    for (let from = 0; from < sorted.length; from += 12) await encoder.encode(sorted.slice(from, from + 12));
  },
  embedOneByOne,
  async () => {
    for (const text of one) await encoder.encode([text]);
  },
  async () => {
    for (let count = 0; count < 100; count += 1) await product.run();
  },
);
await embedder.close();

const batchedSpeed = (texts.length / batched) * 1000;
const oneByOneSpeed = (one.length / oneByOne) * 1000;
const multiplications = (MULTIPLICATIONS_PER_TOKEN * tokens) / bareBatched / 1e6;
const peak = (product.multiplications * 100) / products / 1e6;

printLine('embed, texts', texts.length, 'texts', `${(tokens / texts.length).toFixed(1)} tokens each`);
report('batched', batchedSpeed, 'texts/s', 'the model alone, in batches of 12', bareBatched / batched);
report('one by one', oneByOneSpeed, 'texts/s', 'the model alone, one by one', bareOneByOne / oneByOne);
report('one by one', oneByOneSpeed, 'texts/s', 'batched', oneByOneSpeed / batchedSpeed);
report('model alone', multiplications, 'GMAC/s', 'a plain matrix product', multiplications / peak);
report('query amid a backlog', amid, 'ms', 'a query alone', amid / alone);
report('longest gap, embedding', busyGap, 'ms', 'the longest gap at rest', busyGap / idleGap);
report('first answer', firstAnswer, 'ms', 'a query alone', firstAnswer / alone);
report('memory', after - before, 'MB', 'the process before', (after - before) / before);
