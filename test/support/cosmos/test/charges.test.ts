import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ContainerRequest } from '@azure/cosmos';
import { createCharge, readCharge } from '../charges.ts';
import { openBench, PLAIN } from './harness.ts';

const UNINDEXED: ContainerRequest = {
  ...PLAIN,
  indexingPolicy: { indexingMode: 'none', automatic: false, includedPaths: [] },
};

test('reads and writes cost what the published table says, and between its rows something between', () => {
  const kilobytes = (count: number): number => count * 1024;
  assert.deepEqual(
    [1, 2, 4, 8, 16, 32, 64, 128, 1024, 2048].map((size) => readCharge(kilobytes(size))),
    [1, 1.04, 1.14, 1.33, 1.67, 2.19, 4.76, 9.95, 145.9, 291.8],
  );
  assert.deepEqual(
    [1, 4, 64, 1024].map((size) => createCharge(kilobytes(size), 0)),
    [4.95, 6.67, 22.67, 625],
  );
  assert.equal(readCharge(10), 1);
  assert.equal(readCharge(kilobytes(3)), 1.09);
  assert.equal(createCharge(100, 10), 6.95);
});

test('the SDK is told the charge of every operation', async () => {
  await using bench = await openBench(UNINDEXED);
  const item = bench.container.item('1', 'a');
  const create = await bench.container.items.create({ id: '1', pk: 'a', n: 1 });
  const read = await item.read();
  const replace = await item.replace({ id: '1', pk: 'a', n: 2 });
  const patch = await item.patch([
    { op: 'incr', path: '/n', value: 1 },
    { op: 'set', path: '/m', value: 1 },
  ]);
  const remove = await item.delete();
  assert.deepEqual(
    [create, read, replace, patch, remove].map(({ requestCharge }) => requestCharge),
    [4.95, 1, 9.9, 10.7, 4.95],
  );
});

test('every indexed value adds to the price of a write', async () => {
  await using bench = await openBench();
  const few = await bench.container.items.create({ id: '1', pk: 'a' });
  const many = await bench.container.items.create({ id: '2', pk: 'a', tags: [1, 2, 3], deep: { x: 1 } });
  assert.equal(Math.round((many.requestCharge - few.requestCharge) * 100) / 100, 0.8);
});

test('the charge of a query over several ranges is the sum of theirs', async () => {
  await using bench = await openBench(PLAIN, { ranges: 4 });
  const { requestCharge } = await bench.container.items.query('SELECT VALUE COUNT(1) FROM c').fetchAll();
  const ranges = bench.emulator.requests.filter(({ status }) => status === 200);
  assert.equal(ranges.length, 4);
  assert.equal(
    requestCharge,
    ranges.reduce((sum, { charge }) => sum + charge, 0),
  );
});
