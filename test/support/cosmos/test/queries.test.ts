import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FeedOptions, ItemDefinition, SqlQuerySpec } from '@azure/cosmos';
import { HIERARCHICAL, last, openBench, PLAIN, store, type Bench } from './harness.ts';

const MANY: readonly ItemDefinition[] = Array.from({ length: 60 }, (_, index) => ({
  id: String(index),
  pk: `p${index % 7}`,
  n: index,
  team: `g${index % 3}`,
}));

async function pages(bench: Bench, query: string | SqlQuerySpec, options: FeedOptions): Promise<unknown[][]> {
  const found: unknown[][] = [];
  for await (const { resources } of bench.container.items.query(query, options).getAsyncIterator()) {
    found.push(resources);
  }
  return found;
}

test('a query with a partition key is answered by the gateway, from that partition', async () => {
  await using bench = await openBench();
  await store(bench.container, MANY);
  bench.emulator.forgetRequests();
  const query = 'SELECT VALUE c.n FROM c WHERE c.n > 30 ORDER BY c.n DESC';
  assert.deepEqual(await bench.rows(query, { partitionKey: 'p3' }), [59, 52, 45, 38, 31]);
  const { partitionKey, rangeId, status } = last(bench.emulator.requests);
  assert.deepEqual({ partitionKey, rangeId, status }, { partitionKey: '["p3"]', rangeId: undefined, status: 200 });
});

test('without a key, a plain filter is answered by the gateway, a page of one range at a time', async () => {
  await using bench = await openBench(PLAIN, { ranges: 3 });
  await store(bench.container, MANY);
  bench.emulator.forgetRequests();
  const rows = await bench.rows('SELECT VALUE c.n FROM c WHERE c.n >= 55');
  assert.deepEqual(rows.toSorted(), [55, 56, 57, 58, 59]);
  assert.deepEqual(
    bench.emulator.requests.map(({ status, rangeId }) => [status, rangeId]),
    [
      [200, undefined],
      [200, undefined],
      [200, undefined],
    ],
  );
});

test('without a key, a sorted query is refused with a plan, and the SDK asks every range', async () => {
  await using bench = await openBench(PLAIN, { ranges: 3 });
  await store(bench.container, MANY);
  bench.emulator.forgetRequests();
  assert.deepEqual(await bench.rows('SELECT VALUE c.n FROM c ORDER BY c.n DESC', { maxItemCount: 100 }), [
    ...MANY.map((_, index) => 59 - index),
  ]);
  assert.deepEqual(
    bench.emulator.requests.map(({ status, substatus, rangeId }) => [status, substatus, rangeId]),
    [
      [400, 1004, undefined],
      [200, 0, '0'],
      [200, 0, '1'],
      [200, 0, '2'],
    ],
  );
});

test('the SDK reads ten rows a page when it is not told how many', async () => {
  await using bench = await openBench(PLAIN, { ranges: 1 });
  await store(bench.container, MANY);
  bench.emulator.forgetRequests();
  await bench.rows('SELECT * FROM c ORDER BY c.n');
  assert.equal(bench.emulator.requests.filter(({ status }) => status === 200).length, 6);
});

// [query, its rows over several ranges; sorted before comparing when the query does not sort]
const CROSS_PARTITION: readonly (readonly [query: string, rows: unknown[]])[] = [
  ['SELECT VALUE COUNT(1) FROM c', [60]],
  ['SELECT VALUE SUM(c.n) FROM c WHERE c.n < 4', [6]],
  ['SELECT VALUE AVG(c.n) FROM c', [29.5]],
  ['SELECT VALUE MIN(c.n) FROM c WHERE c.n > 57', [58]],
  ['SELECT VALUE MAX(c.n) FROM c WHERE c.n < 3', [2]],
  ['SELECT COUNT(1) AS n, MAX(c.n) AS high FROM c', [{ n: 60, high: 59 }]],
  ['SELECT VALUE COUNT(1) FROM c WHERE false', [0]],
  ['SELECT TOP 3 VALUE c.n FROM c ORDER BY c.n DESC', [59, 58, 57]],
  ['SELECT VALUE c.n FROM c ORDER BY c.n OFFSET 10 LIMIT 3', [10, 11, 12]],
  ['SELECT DISTINCT VALUE c.team FROM c ORDER BY c.team', ['g0', 'g1', 'g2']],
];

for (const [query, rows] of CROSS_PARTITION) {
  test(`over several ranges, "${query}" gives ${JSON.stringify(rows)}`, async () => {
    await using bench = await openBench(PLAIN, { ranges: 3 });
    await store(bench.container, MANY);
    assert.deepEqual(await bench.rows(query, { maxItemCount: 5 }), rows);
  });
}

test('groups and distinct values of several ranges are put together by the SDK', async () => {
  await using bench = await openBench(PLAIN, { ranges: 3 });
  await store(bench.container, MANY);
  const groups = await bench.rows('SELECT c.team AS name, COUNT(1) AS n, AVG(c.n) AS a FROM c GROUP BY c.team');
  assert.deepEqual(
    new Set(groups.map((row) => JSON.stringify(row))),
    new Set([
      JSON.stringify({ name: 'g0', n: 20, a: 28.5 }),
      JSON.stringify({ name: 'g1', n: 20, a: 29.5 }),
      JSON.stringify({ name: 'g2', n: 20, a: 30.5 }),
    ]),
  );
  assert.deepEqual(new Set(await bench.rows('SELECT DISTINCT VALUE c.team FROM c')), new Set(['g0', 'g1', 'g2']));
  assert.equal((await bench.rows('SELECT TOP 2 c.id FROM c')).length, 2);
  assert.equal((await bench.rows('SELECT c.id FROM c OFFSET 58 LIMIT 10')).length, 2);
});

test('an aggregate inside another expression cannot be planned over several ranges', async () => {
  await using bench = await openBench();
  const query = 'SELECT VALUE MAX(c.n) - MIN(c.n) FROM c';
  await assert.rejects(bench.rows(query), { code: 400, message: /Compositions of aggregates/ });
  await store(bench.container, MANY);
  assert.deepEqual(await bench.rows(query, { partitionKey: 'p0' }), [56]);
});

test('WHERE on the key confines a query to the ranges that hold it', async () => {
  await using bench = await openBench(HIERARCHICAL, { ranges: 8 });
  const items = ['x', 'y', 'z'].flatMap((tenant) =>
    ['1', '2'].map((owner) => ({ id: `${tenant}${owner}`, tenant, owner })),
  );
  await store(bench.container, items);
  bench.emulator.forgetRequests();
  const parameters = [{ name: '@t', value: 'x' }];
  const sorted = { query: 'SELECT VALUE c.id FROM c WHERE c.tenant = @t ORDER BY c.id', parameters };
  assert.deepEqual(await bench.rows(sorted), ['x1', 'x2']);
  assert.equal(bench.emulator.requests.filter(({ rangeId }) => rangeId !== undefined).length, 1);
  const exact = 'SELECT VALUE c.id FROM c WHERE c.tenant = "y" AND c.owner IN ("1", "2") ORDER BY c.id DESC';
  assert.deepEqual(await bench.rows(exact), ['y2', 'y1']);
});

test('a continuation token of one partition resumes where the page ended, whatever was written since', async () => {
  await using bench = await openBench();
  await store(bench.container, MANY);
  const query = 'SELECT VALUE c.n FROM c ORDER BY c.n';
  const first = await bench.container.items.query(query, { partitionKey: 'p0', maxItemCount: 4 }).fetchNext();
  assert.deepEqual(first.resources, [0, 7, 14, 21]);
  await store(bench.container, [
    { id: 'before', pk: 'p0', n: 1 },
    { id: 'after', pk: 'p0', n: 30 },
  ]);
  const rest = bench.container.items.query(query, {
    partitionKey: 'p0',
    maxItemCount: 4,
    continuationToken: first.continuationToken,
  });
  assert.deepEqual((await rest.fetchNext()).resources, [28, 30, 35, 42]);
  assert.deepEqual((await rest.fetchNext()).resources, [49, 56]);
  assert.equal(rest.hasMoreResults(), false);
});

test('TOP and LIMIT count over all pages', async () => {
  await using bench = await openBench();
  await store(bench.container, MANY);
  const options = { partitionKey: 'p0', maxItemCount: 2 };
  assert.deepEqual(await pages(bench, 'SELECT TOP 5 VALUE c.n FROM c ORDER BY c.n', options), [[0, 7], [14, 21], [28]]);
  assert.deepEqual(await pages(bench, 'SELECT VALUE c.n FROM c ORDER BY c.n OFFSET 1 LIMIT 3', options), [
    [7, 14],
    [21],
  ]);
  assert.deepEqual(await pages(bench, 'SELECT VALUE c.n FROM c', { ...options, maxItemCount: 5 }), [
    [0, 7, 14, 21, 28],
    [35, 42, 49, 56],
  ]);
});

test('several ranges resume from a token of the SDK when it may give one', async () => {
  await using bench = await openBench(PLAIN, { ranges: 3 });
  await store(bench.container, MANY);
  const query = 'SELECT VALUE c.n FROM c ORDER BY c.n';
  const options = { maxItemCount: 25, enableQueryControl: true };
  const found: unknown[] = [];
  let continuationToken: string | undefined;
  for (let page = 0; page < 20; page++) {
    const next = await bench.container.items
      .query<unknown>(query, { ...options, ...(continuationToken ? { continuationToken } : {}) })
      .fetchNext();
    found.push(...next.resources);
    continuationToken = next.continuationToken;
    if (!continuationToken) break;
  }
  assert.deepEqual(
    found,
    MANY.map((_, index) => index),
  );
});

test('a page holds at most 4 MB', async () => {
  await using bench = await openBench();
  const text = 'x'.repeat(1024 * 1024);
  await store(
    bench.container,
    Array.from({ length: 5 }, (_, index) => ({ id: String(index), pk: 'a', text })),
  );
  const found = await pages(bench, 'SELECT * FROM c', { partitionKey: 'a', maxItemCount: 100 });
  assert.deepEqual(
    found.map(({ length }) => length),
    [3, 2],
  );
});

test('pages may be short and the first one empty; nothing is lost or given twice', async () => {
  await using bench = await openBench(PLAIN, { gateway: { shortPages: true } });
  await store(bench.container, MANY);
  const found = await pages(bench, 'SELECT VALUE c.n FROM c', { partitionKey: 'p0', maxItemCount: 4 });
  assert.deepEqual(found, [[], [0, 7], [14, 21], [28, 35], [42, 49], [56]]);
  assert.equal((await bench.rows('SELECT * FROM c ORDER BY c.n')).length, 60);
  assert.equal((await bench.rows('SELECT * FROM c')).length, 60);
});

test('a prefix key on a query is dropped, applied or refused, as the gateway is set', async () => {
  const ask = async (prefixKeyHeader: 'ignored' | 'honoured' | 'refused'): Promise<unknown[]> => {
    await using bench = await openBench(HIERARCHICAL, { gateway: { prefixKeyHeader } });
    await store(bench.container, [
      { id: 'mine', tenant: 'a', owner: '1' },
      { id: 'theirs', tenant: 'b', owner: '1' },
    ]);
    return await bench.rows('SELECT VALUE c.id FROM c', { partitionKey: ['a'] });
  };
  assert.deepEqual((await ask('ignored')).toSorted(), ['mine', 'theirs']);
  assert.deepEqual(await ask('honoured'), ['mine']);
  await assert.rejects(ask('refused'), { code: 400 });
});

test('metrics are given when asked for', async () => {
  await using bench = await openBench();
  await store(bench.container, MANY);
  const options = { partitionKey: 'p0', populateQueryMetrics: true };
  const { queryMetrics } = await bench.container.items.query('SELECT TOP 1 * FROM c', options).fetchNext();
  assert.match(JSON.stringify(queryMetrics), /"outputDocumentCount":1/);
});
