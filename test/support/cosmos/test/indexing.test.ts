import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ContainerRequest, IndexingPolicy, OperationInput } from '@azure/cosmos';
import { openBench, PLAIN, store } from './harness.ts';

const indexed = (indexingPolicy: IndexingPolicy): ContainerRequest => ({ ...PLAIN, indexingPolicy });

const ITEMS = [
  { id: '1', pk: 'a', name: 'x', age: 3, text: 'long' },
  { id: '2', pk: 'a', name: 'y', age: 1, text: 'longer' },
  { id: '3', pk: 'a', name: 'x', age: 1, text: 'short' },
  { id: '4', pk: 'a', age: 2 },
];
const IN_A = { partitionKey: 'a' };

test('ORDER BY on an excluded path is refused; WHERE on it is a scan', async () => {
  await using bench = await openBench(
    indexed({ includedPaths: [{ path: '/*' }], excludedPaths: [{ path: '/text/?' }] }),
  );
  await store(bench.container, ITEMS);
  const refused = bench.rows('SELECT * FROM c ORDER BY c.text', IN_A);
  await assert.rejects(refused, { code: 400, message: /order-by item is excluded/ });
  await assert.rejects(bench.rows('SELECT * FROM c ORDER BY c.text'), {
    code: 400,
    message: /order-by item is excluded/,
  });
  assert.deepEqual(await bench.rows('SELECT VALUE c.id FROM c WHERE c.text = "short"', IN_A), ['3']);
});

test('a scan costs what it loads, an index what it gives', async () => {
  await using bench = await openBench(
    indexed({ includedPaths: [{ path: '/*' }], excludedPaths: [{ path: '/text/?' }] }),
  );
  for (const hundred of [0, 100]) {
    const operations = Array.from({ length: 100 }, (_, index): OperationInput => {
      const n = hundred + index;
      return { operationType: 'Create', resourceBody: { id: `m${n}`, pk: 'a', name: `n${n}`, text: `t${n}` } };
    });
    await bench.container.items.batch(operations, 'a');
  }
  const charge = async (condition: string): Promise<number> => {
    const query = `SELECT * FROM c WHERE ${condition}`;
    return (await bench.container.items.query(query, IN_A).fetchAll()).requestCharge;
  };
  const byIndex = await charge('c.name = "n7"');
  const byScan = await charge('c.text = "t7"');
  assert.ok(byIndex < 3, String(byIndex));
  assert.ok(byScan > 12, String(byScan));
  assert.ok((await charge('c.name = "n7" AND c.text = "t7"')) < 3);
  const page = { ...IN_A, maxItemCount: 10 };
  const sorted = await bench.container.items.query('SELECT * FROM c ORDER BY c.name', page).fetchNext();
  assert.ok(sorted.requestCharge < 4, String(sorted.requestCharge));
});

test('the most precise path decides: longer over shorter, /? over /*', async () => {
  await using bench = await openBench(
    indexed({
      includedPaths: [{ path: '/a/b/?' }, { path: '/c/*' }, { path: '/e/*' }],
      excludedPaths: [{ path: '/*' }, { path: '/c/d/*' }, { path: '/e/?' }],
    }),
  );
  const sorts = (path: string) => bench.rows(`SELECT * FROM c ORDER BY c.${path}`, IN_A);
  for (const path of ['a.b', 'c.x', 'e.f', 'id', '_ts']) await sorts(path);
  for (const path of ['a', 'a.c', 'x', 'c.d.e', 'e']) await assert.rejects(sorts(path), { code: 400 }, path);
});

test('two sort items need a composite index with the same paths, in order, all directions equal or all opposite', async () => {
  const composite = [
    { path: '/name', order: 'ascending' as const },
    { path: '/age', order: 'descending' as const },
  ];
  await using bench = await openBench(indexed({ includedPaths: [{ path: '/*' }], compositeIndexes: [composite] }));
  await store(bench.container, ITEMS.slice(0, 3));
  const ids = (order: string) => bench.rows(`SELECT VALUE c.id FROM c ORDER BY ${order}`, IN_A);
  assert.deepEqual(await ids('c.name, c.age DESC'), ['1', '3', '2']);
  assert.deepEqual(await ids('c.name DESC, c.age ASC'), ['2', '3', '1']);
  for (const order of ['c.name, c.age', 'c.age DESC, c.name', 'c.name, c.age DESC, c.id']) {
    await assert.rejects(ids(order), { code: 400, message: /composite index/ }, order);
  }
});

test('items without the property are sorted in only when the policy names its path', async () => {
  const query = 'SELECT VALUE c.id FROM c ORDER BY c.name';
  await using general = await openBench();
  await store(general.container, ITEMS);
  assert.deepEqual(await general.rows(query, IN_A), ['1', '3', '2']);
  await using named = await openBench(indexed({ includedPaths: [{ path: '/*' }, { path: '/name/?' }] }));
  await store(named.container, ITEMS);
  assert.deepEqual(await named.rows(query, IN_A), ['4', '1', '3', '2']);
});

test('without an index nothing can be sorted', async () => {
  await using bench = await openBench(indexed({ indexingMode: 'none', automatic: false, includedPaths: [] }));
  await assert.rejects(bench.rows('SELECT * FROM c ORDER BY c.name', IN_A), { code: 400 });
});
