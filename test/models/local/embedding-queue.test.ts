import assert from 'node:assert/strict';
import { test } from 'node:test';

import { embeddingQueue } from '../../../src/models/local/embedding-queue.ts';
import type { SentenceEncoder } from '../../../src/models/local/sentence-encoder.ts';

/** An encoder that answers when it is told to. A text's vector begins with the text's own number. */
function slowEncoder(): SentenceEncoder & {
  readonly batches: (readonly string[])[];
  answer(): Promise<void>;
  answerAll(): Promise<void>;
  fail(error: Error): void;
} {
  const batches: (readonly string[])[] = [];
  let waiting: PromiseWithResolvers<Float32Array<ArrayBuffer>> | undefined;
  const answer = async (): Promise<void> => {
    const vectors = new Float32Array((batches.at(-1)?.length ?? 0) * 512);
    for (const [index, text] of (batches.at(-1) ?? []).entries()) vectors[index * 512] = Number.parseInt(text, 10);
    const answered = waiting;
    waiting = undefined;
    answered?.resolve(vectors);
    // All that follows from an answer happens before the next turn of the event loop.
    await new Promise((resolve) => setImmediate(resolve));
  };
  return {
    batches,
    encode(texts) {
      batches.push(texts);
      waiting = Promise.withResolvers();
      return waiting.promise;
    },
    answer,
    async answerAll() {
      while (waiting !== undefined) await answer();
    },
    fail(error) {
      waiting?.reject(error);
    },
  };
}

const numbered = (count: number, from = 0): string[] =>
  Array.from({ length: count }, (_, index) => String(from + index));
const firsts = (vectors: readonly Float32Array[]): (number | undefined)[] => vectors.map((vector) => vector[0]);

test('vectors come in the order of the texts, whatever order they were computed in', async () => {
  const encoder = slowEncoder();
  const texts = ['7 is the longest of them', '8 short', '9', '10 middling'];
  const vectors = embeddingQueue(encoder).embed(texts);
  await encoder.answerAll();
  assert.deepEqual(encoder.batches, [['9', '8 short', '10 middling', '7 is the longest of them']]);
  assert.deepEqual(firsts(await vectors), [7, 8, 9, 10]);
});

test('a long call is computed in batches of at most 16 texts', async () => {
  const encoder = slowEncoder();
  const vectors = embeddingQueue(encoder).embed(numbered(40));
  await encoder.answerAll();
  assert.deepEqual(
    encoder.batches.map((batch) => batch.length),
    [16, 16, 8],
  );
  assert.deepEqual(firsts(await vectors), [...numbered(40).keys()]);
});

test('a batch of long texts holds at most 1,600 characters, but always one text', async () => {
  const encoder = slowEncoder();
  const vectors = embeddingQueue(encoder).embed(['1'.padEnd(700), '2'.padEnd(800), '3'.padEnd(900), '4'.padEnd(5000)]);
  await encoder.answerAll();
  assert.deepEqual(
    encoder.batches.map((batch) => batch.length),
    [2, 1, 1],
  );
  assert.deepEqual(firsts(await vectors), [1, 2, 3, 4]);
});

test('calls that wait at the same time share batches', async () => {
  const encoder = slowEncoder();
  const queue = embeddingQueue(encoder);
  const calls = numbered(9).map((text) => queue.embed([text]));
  await encoder.answerAll();
  assert.deepEqual(encoder.batches, [['0'], numbered(8, 1)]);
  assert.deepEqual((await Promise.all(calls)).flatMap(firsts), [...numbered(9).keys()]);
});

test('a query goes before a backlog, after no more than the batch under way', async () => {
  const encoder = slowEncoder();
  const queue = embeddingQueue(encoder);
  const backlog = queue.embed(numbered(100));
  const query = queue.embed(['1000']);
  await encoder.answer();
  assert.deepEqual(encoder.batches.at(-1), ['1000']);
  await encoder.answer();
  assert.deepEqual(firsts(await query), [1000]);
  await encoder.answerAll();
  assert.equal((await backlog).length, 100);
});

test('queries without end do not stop a backlog', async () => {
  const encoder = slowEncoder();
  const queue = embeddingQueue(encoder);
  const first = queue.embed(['1']);
  const backlog = queue.embed(numbered(16, 500));
  const queries = [first];
  for (let count = 0; count < 20; count++) {
    queries.push(queue.embed(['2']));
    await encoder.answer();
  }
  const turn = encoder.batches.findIndex((batch) => batch.includes('500'));
  assert.ok(turn > 0 && turn <= 8, `the backlog's turn was number ${String(turn)}`);
  await encoder.answerAll();
  await Promise.all([backlog, ...queries]);
});

test('a call that is cancelled is rejected at once with the reason, and its other texts are never computed', async () => {
  const encoder = slowEncoder();
  const queue = embeddingQueue(encoder);
  const reason = new Error('no longer wanted');
  const abort = new AbortController();
  const cancelled = queue.embed(numbered(100), abort.signal);
  const kept = queue.embed(numbered(3, 200));
  abort.abort(reason);
  await assert.rejects(cancelled, reason);
  await encoder.answerAll();
  assert.deepEqual(encoder.batches, [numbered(16), numbered(3, 200)]);
  assert.deepEqual(firsts(await kept), [200, 201, 202]);
});

test('a call whose signal has aborted before is not begun', async () => {
  const encoder = slowEncoder();
  await assert.rejects(embeddingQueue(encoder).embed(['1'], AbortSignal.abort()), { name: 'AbortError' });
  assert.deepEqual(encoder.batches, []);
});

test('no texts give no vectors, and nothing is computed', async () => {
  const encoder = slowEncoder();
  assert.deepEqual(await embeddingQueue(encoder).embed([]), []);
  assert.deepEqual(encoder.batches, []);
});

test('when the encoder fails, every waiting call is rejected and the next one is begun afresh', async () => {
  const encoder = slowEncoder();
  const queue = embeddingQueue(encoder);
  const waiting = [queue.embed(['1']), queue.embed(numbered(40)), queue.embed(['2'])];
  const error = new Error('gone');
  const outcomes = Promise.allSettled(waiting);
  encoder.fail(error);
  assert.deepEqual(
    await outcomes,
    waiting.map(() => ({ status: 'rejected', reason: error })),
  );
  const next = queue.embed(['3']);
  await encoder.answerAll();
  assert.deepEqual(firsts(await next), [3]);
});
