import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';

import { insideGate, nativeGate, shutGate } from '../../../src/models/local/native-gate.ts';

const PATIENCE = 60_000;

test('shutting the gate waits for the thread that is inside, which then does not get in again', async () => {
  const gate = nativeGate();
  const log = new Int32Array(new SharedArrayBuffer(8));
  const worker = new Worker(new URL('./gate-worker.ts', import.meta.url), { workerData: { gate, log } });
  assert.deepEqual(await once(worker, 'message'), ['inside']);
  shutGate(gate, PATIENCE);
  assert.equal(Atomics.load(log, 0), 1, 'the thread had come out');
  assert.deepEqual(await once(worker, 'message'), ['tried again']);
  assert.equal(Atomics.load(log, 1), 0, 'the thread did not enter again');
  await worker.terminate();
});

test('patience has an end', () => {
  const gate = nativeGate();
  void insideGate(gate, () => new Promise(() => undefined));
  shutGate(gate, 1);
});

test('who leaves by an error leaves the gate open', async () => {
  const gate = nativeGate();
  await assert.rejects(
    insideGate(gate, () => Promise.reject(new Error('fault'))),
    /fault/,
  );
  assert.equal(await insideGate(gate, () => Promise.resolve('in')), 'in');
});
