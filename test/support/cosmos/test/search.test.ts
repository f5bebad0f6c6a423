import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  VectorEmbeddingDataType,
  VectorEmbeddingDistanceFunction,
  VectorIndexType,
  type ContainerRequest,
  type SqlQuerySpec,
} from '@azure/cosmos';
import { openBench, SEARCHABLE, store, type Bench } from './harness.ts';

const ITEMS = [
  { id: 'north', tenant: 'a', text: 'The runner went north, running all day.', vector: [0, 1, 0] },
  { id: 'east', tenant: 'a', text: 'East of here there is a river.', vector: [1, 0, 0] },
  { id: 'both', tenant: 'a', text: 'A runner by the river.', vector: [1, 1, 0] },
  { id: 'other', tenant: 'b', text: 'Another tenant runs along the river; a river, a river.', vector: [0.9, 0.1, 0] },
  { id: 'no vector', tenant: 'a', text: 'Nothing to see.' },
  { id: 'wrong', tenant: 'a', text: 'Four dimensions.', vector: [1, 0, 0, 0] },
];

const NEAREST: SqlQuerySpec = {
  query:
    'SELECT TOP 10 c.id, VectorDistance(c.vector, @v) AS score FROM c WHERE c.tenant = "a" ORDER BY VectorDistance(c.vector, @v)',
  parameters: [{ name: '@v', value: [1, 0, 0] }],
};

async function filled(definition = SEARCHABLE, options = {}): Promise<Bench> {
  const bench = await openBench(definition, options);
  await store(bench.container, ITEMS);
  bench.emulator.forgetRequests();
  return bench;
}

test('the nearest vectors come first, with exact cosine scores of which 1 is best', async () => {
  await using bench = await filled();
  assert.deepEqual(await bench.rows(NEAREST), [
    { id: 'east', score: 1 },
    { id: 'both', score: 0.7071067811865475 },
    { id: 'north', score: 0 },
  ]);
});

test('items whose vector the policy would not take are left out, or come last, as the gateway is set', async () => {
  await using omitted = await filled();
  assert.equal((await omitted.rows(NEAREST)).length, 3);
  await using bench = await filled(SEARCHABLE, { gateway: { itemsWithoutVector: 'last' } });
  const rest = (await bench.rows(NEAREST)).slice(3);
  assert.deepEqual(new Set(rest.map((row) => JSON.stringify(row))), new Set(['{"id":"no vector"}', '{"id":"wrong"}']));
});

test('a vector of another length than the policy says is never found, not even by one like it', async () => {
  await using bench = await filled();
  const query = 'SELECT TOP 3 c.id FROM c ORDER BY VectorDistance(c.vector, [1, 0, 0, 0])';
  assert.deepEqual(await bench.rows(query), []);
  assert.deepEqual(await bench.rows('SELECT VectorDistance(c.vector, [1, 0, 0, 0]) AS s FROM c WHERE c.id = "wrong"'), [
    {},
  ]);
});

test('an int8 vector has whole numbers from -128 to 127', async () => {
  const int8: ContainerRequest = {
    id: 'items',
    partitionKey: { paths: ['/tenant'] },
    vectorEmbeddingPolicy: {
      vectorEmbeddings: [
        {
          path: '/vector',
          dataType: VectorEmbeddingDataType.Int8,
          dimensions: 2,
          distanceFunction: VectorEmbeddingDistanceFunction.DotProduct,
        },
      ],
    },
  };
  await using bench = await openBench(int8);
  const vectors = [[-128, 127], [1, 1], [128, 0], [0.5, 1], [1]];
  await store(
    bench.container,
    vectors.map((vector) => ({ id: JSON.stringify(vector), tenant: 'a', vector })),
  );
  const query = 'SELECT TOP 9 VALUE c.id FROM c ORDER BY VectorDistance(c.vector, [1, 0])';
  assert.deepEqual(await bench.rows(query), ['[1,1]', '[-128,127]']);
});

test('vectors of several ranges are merged by the SDK', async () => {
  await using bench = await filled(SEARCHABLE, { ranges: 5 });
  const query = 'SELECT TOP 2 VALUE c.id FROM c ORDER BY VectorDistance(c.vector, [1, 0, 0])';
  assert.deepEqual(await bench.rows(query), ['east', 'other']);
  const page = 'SELECT VALUE c.id FROM c ORDER BY VectorDistance(c.vector, [1, 0, 0]) OFFSET 1 LIMIT 2';
  assert.deepEqual(await bench.rows(page), ['other', 'both']);
});

test('Euclidean distance is smallest first, the dot product largest first', async () => {
  await using bench = await filled();
  const by = (distanceFunction: string): string =>
    `SELECT TOP 3 VALUE c.id FROM c ORDER BY VectorDistance(c.vector, [2, 2, 0], false, {distanceFunction: "${distanceFunction}"})`;
  assert.equal((await bench.rows(by('euclidean')))[0], 'both');
  assert.equal((await bench.rows(by('dotproduct')))[0], 'both');
  await assert.rejects(bench.rows(by('manhattan')), { code: 400 });
});

test('the SDK itself refuses a vector search without TOP or LIMIT', async () => {
  await using bench = await filled();
  await assert.rejects(bench.rows('SELECT c.id FROM c ORDER BY VectorDistance(c.vector, [1, 0, 0])'), /TOP or LIMIT/);
});

test('an index sharded by tenant wants the tenant in WHERE', async () => {
  const sharded: ContainerRequest = {
    ...SEARCHABLE,
    indexingPolicy: {
      ...SEARCHABLE.indexingPolicy,
      vectorIndexes: [{ path: '/vector', type: VectorIndexType.DiskANN, vectorIndexShardKey: ['/tenant'] }],
    },
  };
  await using bench = await filled(sharded);
  assert.equal((await bench.rows(NEAREST)).length, 3);
  const everywhere = 'SELECT TOP 3 c.id FROM c ORDER BY VectorDistance(c.vector, [1, 0, 0])';
  await assert.rejects(bench.rows(everywhere), { code: 400, message: /sharded/ });
});

test('full-text search knows inflections, phrases and alternatives', async () => {
  await using bench = await filled();
  const found = async (condition: string): Promise<unknown[]> =>
    (await bench.rows(`SELECT VALUE c.id FROM c WHERE ${condition}`)).toSorted();
  assert.deepEqual(await found('FullTextContains(c.text, "RUNS")'), ['north', 'other']);
  assert.deepEqual(await found('FullTextContains(c.text, "went NORTH")'), ['north']);
  assert.deepEqual(await found('FullTextContains(c.text, "north went")'), []);
  assert.deepEqual(await found('FullTextContainsAll(c.text, "runner", "river")'), ['both']);
  assert.deepEqual(await found('FullTextContainsAny(c.text, "east", "north")'), ['east', 'north']);
  assert.deepEqual(await found('NOT FullTextContains(c.text, "river")'), ['no vector', 'north', 'wrong']);
});

test('a score needs the property in the full-text policy; a search does not', async () => {
  await using bench = await filled();
  assert.deepEqual(await bench.rows('SELECT VALUE c.id FROM c WHERE FullTextContains(c.id, "north")'), ['north']);
  const ranked = 'SELECT TOP 3 * FROM c ORDER BY RANK FullTextScore(c.id, "north")';
  await assert.rejects(bench.rows(ranked), { code: 400, message: /full-text policy/ });
});

test('ORDER BY RANK FullTextScore ranks by BM25', async () => {
  await using bench = await filled();
  const query = 'SELECT TOP 3 c.id FROM c WHERE c.tenant = "a" ORDER BY RANK FullTextScore(c.text, "river", "runner")';
  assert.deepEqual(await bench.rows(query), [{ id: 'both' }, { id: 'north' }, { id: 'east' }]);
});

test('FullTextScore stands in ORDER BY RANK only, with literal terms, at most sixteen', async () => {
  await using bench = await filled();
  const terms = Array.from({ length: 17 }, (_, index) => `"t${index}"`).join();
  for (const query of [
    'SELECT FullTextScore(c.text, "x") AS s FROM c',
    'SELECT TOP 3 * FROM c ORDER BY FullTextScore(c.text, "x")',
    'SELECT TOP 3 * FROM c ORDER BY RANK FullTextScore(c.text, ["x"])',
    'SELECT TOP 3 * FROM c ORDER BY RANK FullTextScore(c.text)',
    `SELECT TOP 3 * FROM c ORDER BY RANK FullTextScore(c.text, ${terms})`,
    'SELECT TOP 3 * FROM c ORDER BY RANK c.text',
    'SELECT TOP 3 * FROM c ORDER BY RANK RRF(FullTextScore(c.text, "x"))',
    'SELECT TOP 3 * FROM c ORDER BY RANK RRF(FullTextScore(c.text, "x"), VectorDistance(c.vector, [1, 0, 0]), [1])',
  ]) {
    await assert.rejects(bench.rows(query), { code: 400 }, query);
  }
  const byParameter = {
    query: 'SELECT TOP 3 * FROM c ORDER BY RANK FullTextScore(c.text, @term)',
    parameters: [{ name: '@term', value: 'river' }],
  };
  await assert.rejects(bench.rows(byParameter), { code: 400 });
});

const HYBRID =
  'SELECT TOP 3 c.id FROM c WHERE c.tenant = "a" ORDER BY RANK RRF(VectorDistance(c.vector, [0, 1, 0]), FullTextScore(c.text, "river"))';

test('hybrid search gives the same in both forms of the plan', async () => {
  await using bench = await filled(SEARCHABLE, { ranges: 3 });
  const short = await bench.rows(HYBRID);
  const long = await bench.rows(HYBRID, { disableHybridSearchQueryPlanOptimization: true });
  assert.deepEqual(short[0], { id: 'both' });
  assert.deepEqual(long, short);
});

test('a hybrid query asks statistics of every range, then each component of the ranges that WHERE leaves', async () => {
  await using bench = await filled(SEARCHABLE, { ranges: 3 });
  await bench.rows(HYBRID, { maxItemCount: 200 });
  const statistics = bench.emulator.requests.filter(({ query = '' }) => query.includes('_FullTextWordCount'));
  const components = bench.emulator.requests.filter(({ query = '' }) => query.includes('componentScores'));
  assert.deepEqual(
    statistics.map(({ rangeId }) => rangeId),
    ['0', '1', '2'],
  );
  assert.equal(components.length, 2);
  assert.ok(
    components.every(({ query = '', partitionKey }) => query.includes('TOP 120') && partitionKey === undefined),
  );
});

test('weights move a hybrid ranking, and a negative one turns a component round', async () => {
  await using bench = await filled();
  const weighted = (weights: string): string => HYBRID.replace('"river"))', `"river"), ${weights})`);
  const first = async (weights: string): Promise<unknown> => (await bench.rows(weighted(weights)))[0];
  assert.deepEqual(await first('[10, 0.1]'), { id: 'north' });
  assert.notDeepEqual(await first('[0.1, 10]'), { id: 'north' });
  assert.deepEqual(await first('[-10, 0.1]'), { id: 'east' });
});

test('a partition key beside ORDER BY RANK confines nothing when the gateway ignores it', async () => {
  const query = HYBRID.replace(' WHERE c.tenant = "a"', '').replace('TOP 3', 'TOP 10');
  const ids = async (partitionKeyWithRank: 'ignored' | 'honoured'): Promise<unknown[]> => {
    await using bench = await filled(SEARCHABLE, { gateway: { partitionKeyWithRank } });
    return await bench.rows(query, { partitionKey: 'a' });
  };
  assert.ok(JSON.stringify(await ids('ignored')).includes('other'));
  const honoured = await ids('honoured');
  assert.ok(!JSON.stringify(honoured).includes('other'));
  assert.deepEqual(honoured[0], { id: 'both' });
});

test('a gateway that honours the key ranks as the SDK does', async () => {
  await using bench = await filled(SEARCHABLE, { gateway: { partitionKeyWithRank: 'honoured' } });
  const fromGateway = await bench.rows(HYBRID, { partitionKey: 'a' });
  assert.deepEqual(fromGateway, await bench.rows(HYBRID));
});

test('hybrid search over an empty container fails inside the SDK', async () => {
  await using bench = await openBench(SEARCHABLE);
  await assert.rejects(bench.rows(HYBRID), /GlobalStats validation failed/);
});

test('a hybrid search over vectors only needs no statistics', async () => {
  await using bench = await filled();
  const query =
    'SELECT TOP 2 c.id FROM c ORDER BY RANK RRF(VectorDistance(c.vector, [1, 0, 0]), VectorDistance(c.vector, [0, 1, 0]))';
  assert.deepEqual(await bench.rows(query), [{ id: 'east' }, { id: 'north' }]);
  assert.ok(bench.emulator.requests.every(({ query: text = '' }) => !text.includes('COUNT(1)')));
});

test('the SDK cannot run a hybrid query that shows anything but objects', async () => {
  await using bench = await filled();
  await assert.rejects(bench.rows(HYBRID.replace('c.id FROM', 'VALUE c.id FROM')), /must exist/);
});
