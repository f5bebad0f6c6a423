import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CosmosClient, type CosmosClientOptions } from '@azure/cosmos';
import { startCosmosEmulator, type CosmosEmulator } from '../emulator.ts';
import { last, openBench, PLAIN, SEARCHABLE } from './harness.ts';

const TWO_REGIONS = { regions: ['East US', 'West US'] };

async function withClient(
  emulator: CosmosEmulator,
  options: Partial<CosmosClientOptions>,
  use: (client: CosmosClient) => Promise<void>,
): Promise<void> {
  const client = new CosmosClient({ endpoint: emulator.endpoint, key: emulator.key, ...options });
  try {
    await use(client);
  } finally {
    client.dispose();
  }
}

test('a request signed with another key is 401', async () => {
  await using emulator = await startCosmosEmulator();
  const key = Buffer.from('another key').toString('base64');
  await withClient(emulator, { key }, async (client) => {
    await assert.rejects(client.databases.create({ id: 'chat' }), { code: 401 });
  });
});

test('a request without a signature is 401', async () => {
  await using emulator = await startCosmosEmulator();
  assert.equal((await fetch(`${emulator.endpoint}dbs`)).status, 401);
});

test('an Entra identity may use items, but may not create databases or containers', async () => {
  await using bench = await openBench(PLAIN, { entraTokens: ['token'] });
  const options: Partial<CosmosClientOptions> = {
    tokenProvider: async () => Promise.resolve('type=aad&ver=1.0&sig=token'),
  };
  const client = new CosmosClient({ endpoint: bench.emulator.endpoint, ...options });
  try {
    await client.database('chat').container('items').items.create({ id: '1', pk: 'a' });
    assert.equal((await client.database('chat').container('items').read()).statusCode, 200);
    await assert.rejects(client.databases.create({ id: 'other' }), { code: 403, substatus: 5300 });
    await assert.rejects(client.database('chat').containers.create({ id: 'other' }), { code: 403, substatus: 5300 });
  } finally {
    client.dispose();
  }
});

test('databases and containers are made once, read, listed and deleted', async () => {
  await using bench = await openBench();
  const { client } = bench;
  assert.equal((await client.databases.createIfNotExists({ id: 'chat' })).statusCode, 200);
  await assert.rejects(client.databases.create({ id: 'chat' }), { code: 409 });
  const database = client.database('chat');
  assert.equal((await database.containers.createIfNotExists(structuredClone(PLAIN))).statusCode, 200);
  const { resources } = await database.containers.readAll().fetchAll();
  assert.deepEqual(
    resources.map(({ id }) => id),
    ['items'],
  );
  await bench.container.delete();
  await assert.rejects(bench.container.read(), { code: 404 });
  await assert.rejects(bench.container.items.create({ id: '1', pk: 'a' }), { code: 404 });
  await database.delete();
  await assert.rejects(database.read(), { code: 404 });
});

test('a container comes back with all its policies, as a start-up check reads them', async () => {
  await using bench = await openBench(SEARCHABLE);
  const { resource } = await bench.container.read();
  assert.ok(resource);
  assert.deepEqual(resource.partitionKey, { paths: ['/tenant'], kind: 'Hash', version: 2 });
  assert.deepEqual(resource.vectorEmbeddingPolicy, SEARCHABLE.vectorEmbeddingPolicy);
  assert.deepEqual(resource.fullTextPolicy, SEARCHABLE.fullTextPolicy);
  assert.deepEqual(resource.indexingPolicy?.excludedPaths, [{ path: '/vector/*' }]);
  assert.equal(resource.indexingPolicy.indexingMode, 'consistent');
});

const vector = (dimensions: number, type: string): object => ({
  vectorEmbeddingPolicy: {
    vectorEmbeddings: [{ path: '/v', dataType: 'float32', dimensions, distanceFunction: 'cosine' }],
  },
  indexingPolicy: { vectorIndexes: [{ path: '/v', type }] },
});

// [why, what is added to a container's definition]
const REFUSED: readonly (readonly [why: string, definition: object])[] = [
  ['a flat index over more than 505 dimensions', vector(506, 'flat')],
  ['a DiskANN index over more than 4096 dimensions', vector(4097, 'diskANN')],
  ['an unknown kind of vector index', vector(3, 'hnsw')],
  [
    'a vector index that is not in the vector policy',
    { indexingPolicy: { vectorIndexes: [{ path: '/v', type: 'flat' }] } },
  ],
  ['a full-text index that is not in the full-text policy', { indexingPolicy: { fullTextIndexes: [{ path: '/t' }] } }],
  ['an unknown language', { fullTextPolicy: { defaultLanguage: 'tlh', fullTextPaths: [] } }],
  ['an indexing path without an end', { indexingPolicy: { includedPaths: [{ path: '/name' }] } }],
  ['a TTL of 0', { defaultTtl: 0 }],
  ['unique keys, which are not modelled', { uniqueKeyPolicy: { uniqueKeys: [{ paths: ['/a'] }] } }],
  ['computed properties, which are not modelled', { computedProperties: [{ name: 'a', query: 'SELECT VALUE 1' }] }],
  ['four levels of partition key', { partitionKey: { paths: ['/a', '/b', '/c', '/d'], kind: 'MultiHash' } }],
];

for (const [why, definition] of REFUSED) {
  test(`a container is refused for ${why}`, async () => {
    await using bench = await openBench();
    const attempt = bench.client.database('chat').containers.create({ ...PLAIN, id: 'other', ...definition });
    await assert.rejects(attempt, { code: 400 });
  });
}

test('indexing and TTL of a container can be changed, its vectors and its key cannot', async () => {
  await using bench = await openBench(SEARCHABLE);
  const { resource } = await bench.container.read();
  assert.ok(resource);
  await bench.container.replace({ ...resource, defaultTtl: 60 });
  assert.equal((await bench.container.read()).resource?.defaultTtl, 60);
  const withoutVectors = { id: resource.id, partitionKey: { paths: ['/tenant'] } };
  await assert.rejects(bench.container.replace(withoutVectors), { code: 400 });
  await assert.rejects(bench.container.replace({ ...resource, partitionKey: { paths: ['/other'] } }), { code: 400 });
});

test('every region reads from the one store; only the write region writes', async () => {
  await using bench = await openBench(PLAIN, TWO_REGIONS);
  await bench.container.items.create({ id: '1', pk: 'a' });
  await withClient(bench.emulator, { connectionPolicy: { preferredLocations: ['West US'] } }, async (client) => {
    const container = client.database('chat').container('items');
    assert.equal((await container.item('1', 'a').read()).statusCode, 200);
    assert.equal(last(bench.emulator.requests).region, 'West US');
    await container.items.create({ id: '2', pk: 'a' });
    assert.equal(last(bench.emulator.requests).region, 'East US');
  });
});

test('a write that reaches another region is 403/3', async () => {
  await using bench = await openBench(PLAIN, TWO_REGIONS);
  const west = last(bench.emulator.regions).endpoint;
  const options = { endpoint: west, connectionPolicy: { enableEndpointDiscovery: false } };
  await withClient(bench.emulator, options, async (client) => {
    const attempt = client.database('chat').container('items').items.create({ id: '1', pk: 'a' });
    await assert.rejects(attempt, { code: 403, substatus: 3 });
  });
});

test('a dead region refuses connections until it is started again; the SDK does not leave it by itself', async () => {
  await using bench = await openBench(PLAIN, TWO_REGIONS);
  await bench.container.items.create({ id: '1', pk: 'a' });
  await bench.emulator.killRegion('East US');
  await assert.rejects(bench.container.item('1', 'a').read(), { code: 'ECONNREFUSED' });
  const elsewhere = { excludedLocations: ['East US'] };
  assert.equal((await bench.container.item('1', 'a').read(elsewhere)).statusCode, 200);
  assert.equal(last(bench.emulator.requests).region, 'West US');
  await bench.emulator.startRegion('East US');
  assert.equal((await bench.container.item('1', 'a').read()).statusCode, 200);
  assert.equal(last(bench.emulator.requests).region, 'East US');
});

test('after a failover a new client writes to the new region, and the account stays at its endpoint', async () => {
  await using bench = await openBench(PLAIN, TWO_REGIONS);
  await bench.emulator.killRegion('East US');
  await bench.emulator.failOver('West US');
  await withClient(bench.emulator, {}, async (client) => {
    await client.database('chat').container('items').items.create({ id: '1', pk: 'a' });
    assert.equal(last(bench.emulator.requests).region, 'West US');
  });
});

test('with several write locations every region writes', async () => {
  await using bench = await openBench(PLAIN, { ...TWO_REGIONS, multipleWriteLocations: true });
  const connectionPolicy = { preferredLocations: ['West US'], useMultipleWriteLocations: true };
  await withClient(bench.emulator, { connectionPolicy }, async (client) => {
    await client.database('chat').container('items').items.create({ id: '1', pk: 'a' });
    assert.equal(last(bench.emulator.requests).region, 'West US');
  });
});
