import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, test } from 'node:test';
import { promisify } from 'node:util';

import { SkeinError } from '../../../src/core/errors.ts';
import { startLocalEmbedder } from '../../../src/models/local/local-embedder.ts';
import { published } from './published-encoder.ts';

const embedder = startLocalEmbedder();
after(() => embedder.close());

const TOLERANCE = 1e-5;
/** Components are some 0.044 up or down. */
const ROUNDING = 0.01;

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, component, index) => sum + component * (b[index] ?? Number.NaN), 0);
}

function assertSame(actual: Float32Array | undefined, expected: Float32Array | undefined): void {
  assert.ok(actual !== undefined && expected !== undefined);
  assert.ok(Math.abs(dot(actual, expected) - 1) < TOLERANCE, `cosine ${String(dot(actual, expected))}`);
}

async function embedOne(text: string): Promise<Float32Array> {
  const [vector] = await embedder.embed([text]);
  assert.ok(vector);
  return vector;
}

test('vectors are those of the published encoder, but for the rounding of its weights', async () => {
  const vectors = await embedder.embed(published.map(({ text }) => text));
  for (const [index, { text, components }] of published.entries()) {
    const vector = vectors[index] ?? new Float32Array();
    for (const [at, expected] of components.entries()) {
      const actual = vector[at * 64] ?? Number.NaN;
      assert.ok(Math.abs(actual - expected) < ROUNDING, `${text}: ${String(actual)} for ${String(expected)}`);
    }
  }
});

test('a text has the same vector alone and among others of other lengths, and the order is kept', async () => {
  const starts = ['word', 'the deployment', '日本', '', 'zebra!', 'I'];
  const texts = Array.from({ length: 50 }, (_, index) =>
    `${starts[index % starts.length] ?? ''} number ${String(index)} `.repeat(1 + ((index * 7) % 20)),
  );
  const together = await embedder.embed(texts);
  assert.equal(together.length, texts.length);
  for (const [index, text] of texts.entries()) assertSame(together[index], await embedOne(text));
});

test('any string has a vector of unit length', async () => {
  const texts = [
    '',
    ' ',
    '\n\n',
    '\u0000',
    '\ud800',
    '\udfff\ud800',
    '🙂',
    '日本語',
    'ﷺ'.repeat(2000),
    'x'.repeat(100_000),
  ];
  const vectors = await embedder.embed(texts);
  assert.equal(vectors.length, texts.length);
  for (const vector of vectors) {
    assert.equal(vector.length, embedder.dimensions);
    assert.ok(Math.abs(dot(vector, vector) - 1) < TOLERANCE);
  }
});

test('texts of like meaning are nearer than others', async () => {
  const question = await embedOne('How old are you?');
  const like = await embedOne('What is your age?');
  const unlike = await embedOne('The invoice was paid in March.');
  assert.ok(dot(question, like) > dot(question, unlike) + 0.3);
});

test('what comes after 128 tokens does not count', async () => {
  const start = 'one two three four five six seven eight nine ten '.repeat(13);
  assertSame(await embedOne(`${start} and so on`), await embedOne(`${start} but not so`));
});

test('a vector keeps no more memory than its own', async () => {
  const vectors = await embedder.embed(['a', 'b', 'c']);
  for (const vector of vectors) assert.equal(vector.buffer.byteLength, 512 * 4);
});

test('a query is answered before a backlog that was there first', async () => {
  const answered: string[] = [];
  const backlog = embedder.embed(Array.from({ length: 200 }, (_, index) => `message ${String(index)}`));
  const query = embedder.embed(['where are the keys?']);
  await Promise.all([backlog.then(() => answered.push('backlog')), query.then(() => answered.push('query'))]);
  assert.deepEqual(answered, ['query', 'backlog']);
});

test('a cancelled call is rejected, and the embedder goes on', async () => {
  const abort = new AbortController();
  const cancelled = embedder.embed(
    Array.from({ length: 200 }, () => 'text'),
    { signal: abort.signal },
  );
  abort.abort();
  await assert.rejects(cancelled, { name: 'AbortError' });
  assert.equal((await embedOne('still here')).length, 512);
});

test('closing rejects the calls under way and later ones with UNAVAILABLE', async () => {
  const closing = startLocalEmbedder();
  const calls = [closing.embed(['first']), closing.embed(Array.from({ length: 100 }, () => 'text'))];
  const outcomes = Promise.allSettled(calls);
  await closing.close();
  for (const outcome of await outcomes) {
    assert.ok(outcome.status === 'rejected' && outcome.reason instanceof SkeinError);
    assert.equal(outcome.reason.code, 'UNAVAILABLE');
  }
  await assert.rejects(closing.embed(['later']), { code: 'UNAVAILABLE' });
  await closing.close();
});

// Each is a process of its own, which must end by itself and not by a signal.
const module = JSON.stringify(new URL('../../../src/models/local/local-embedder.ts', import.meta.url));
for (const [name, script] of [
  ['with an open embedder ends when its work is done', "await embedder.embed(['x']);"],
  ['ends while the model loads', 'embedder.warm();'],
  ['exits while the model loads', 'embedder.warm(); setTimeout(() => process.exit(0), 150);'],
  [
    'exits in the middle of a batch',
    "await embedder.embed(['x']); void embedder.embed(Array(99).fill('y'.repeat(400))); setTimeout(() => process.exit(0), 30);",
  ],
] as const) {
  test(`a process ${name}`, { timeout: 60_000 }, async () => {
    const source = `const { startLocalEmbedder } = await import(${module}); const embedder = startLocalEmbedder(); ${script}`;
    await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', source]);
  });
}
