import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ChangeFeedStartFrom, type ChangeFeedIteratorOptions, type ItemDefinition } from '@azure/cosmos';
import { openBench, PLACE, store, type Bench } from './harness.ts';

async function changes(bench: Bench, options: ChangeFeedIteratorOptions): Promise<{ ids: string[]; token: string }> {
  const iterator = bench.container.items.getChangeFeedIterator<ItemDefinition & { id: string }>(options);
  const ids: string[] = [];
  for (;;) {
    const { result, statusCode, continuationToken } = await iterator.readNext();
    if (statusCode === 304) return { ids, token: continuationToken };
    for (const { id } of result) ids.push(id);
  }
}

const BEGINNING = { changeFeedStartFrom: ChangeFeedStartFrom.Beginning() };

test('the feed gives each item once, with its newest version, and ends with 304', async () => {
  await using bench = await openBench();
  await store(
    bench.container,
    ['1', '2', '3'].map((id) => ({ id, pk: `p${id}` })),
  );
  await bench.container.item('1', 'p1').replace({ id: '1', pk: 'p1', again: true });
  await bench.container.item('2', 'p2').delete();
  assert.deepEqual((await changes(bench, BEGINNING)).ids.toSorted(), ['1', '3']);
});

test('a token of the feed goes on with what came after it, through a split', async () => {
  await using bench = await openBench(undefined, { ranges: 1 });
  await store(bench.container, [{ id: '1', pk: 'p1' }]);
  const { ids, token } = await changes(bench, BEGINNING);
  assert.deepEqual(ids, ['1']);
  bench.emulator.split(PLACE, 0);
  const late = ['2', '3', '4', '5', '6'];
  await store(
    bench.container,
    late.map((id) => ({ id, pk: `p${id}` })),
  );
  const resumed = { changeFeedStartFrom: ChangeFeedStartFrom.Continuation(token), maxItemCount: 2 };
  assert.deepEqual((await changes(bench, resumed)).ids.toSorted(), late);
});

test('the feed of one partition key is in the order of the writes', async () => {
  await using bench = await openBench();
  await store(bench.container, [
    { id: '1', pk: 'a' },
    { id: 'other', pk: 'b' },
    { id: '2', pk: 'a' },
  ]);
  await bench.container.item('1', 'a').replace({ id: '1', pk: 'a', n: 1 });
  const options = { changeFeedStartFrom: ChangeFeedStartFrom.Beginning('a'), maxItemCount: 1 };
  assert.deepEqual((await changes(bench, options)).ids, ['2', '1']);
});

test('a feed from now shows what is written from now on, one from a time what was written since', async () => {
  await using bench = await openBench();
  await store(bench.container, [{ id: 'old', pk: 'a' }]);
  const fromNow = { changeFeedStartFrom: ChangeFeedStartFrom.Now('a') };
  const iterator = bench.container.items.getChangeFeedIterator<ItemDefinition>(fromNow);
  assert.equal((await iterator.readNext()).statusCode, 304);
  bench.emulator.clock.advance(10_000);
  const fromThen = { changeFeedStartFrom: ChangeFeedStartFrom.Time(new Date(bench.emulator.clock.now())) };
  await store(bench.container, [{ id: 'new', pk: 'a' }]);
  assert.equal((await iterator.readNext()).result[0]?.id, 'new');
  assert.deepEqual((await changes(bench, fromThen)).ids, ['new']);
});
