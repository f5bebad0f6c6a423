import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { arrivedVector, awaitedVector } from '../../../src/storage/sqlite/awaited-vector.ts';

describe('a vector that another thread awaits', () => {
  const coming = { model: 'letters-1', dimensions: 3 };

  test('is there once it has come', async () => {
    const { promise, resolve } = Promise.withResolvers<Float32Array>();
    const awaited = awaitedVector({ ...coming, vector: promise });
    assert.equal(arrivedVector(awaited), null);
    resolve(Float32Array.of(0.25, -1, 3));
    await setImmediate();
    assert.deepEqual(arrivedVector(awaited), { model: 'letters-1', vector: Float32Array.of(0.25, -1, 3) });
  });

  test('never comes when making it fails, or when it is not as long as was said', async () => {
    const failed = awaitedVector({ ...coming, vector: Promise.reject(new Error('no embedder')) });
    const short = awaitedVector({ ...coming, vector: Promise.resolve(Float32Array.of(1)) });
    const long = awaitedVector({ ...coming, vector: Promise.resolve(new Float32Array(4)) });
    await setImmediate();
    for (const awaited of [failed, short, long]) assert.equal(arrivedVector(awaited), null);
  });
});
