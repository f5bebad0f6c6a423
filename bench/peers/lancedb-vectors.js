/** LanceDB: IVF-PQ over all vectors, refined on the stored ones; the owner as a prefilter. */
import { connect, Index } from '@lancedb/lancedb';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { answer, readJob } from './vectors.js';

// LanceDB requires Arrow, and takes tables of that instance alone.
const { Field, FixedSizeList, Float32, makeData, makeVector, Table, Utf8, Vector, vectorFromArray } = createRequire(
  import.meta.url,
)('apache-arrow');

const BATCH = 100_000;
// As its documentation has it: 8 to 16 components a sub-vector, some 4,096 rows a partition.
const SUB_VECTOR = 8;
const PARTITION_ROWS = 4_096;
const PROBES = 20;
const REFINE = 10;

const { folder, dimensions, count, owner, queries, owners, readVectors } = readJob();
const vectors = readVectors();
const started = performance.now();
const database = await connect(join(folder, 'lancedb'));

/** Arrow's own form: rows as objects take it many times as long. */
function rowsBetween(from, to) {
  const type = new FixedSizeList(dimensions, new Field('item', new Float32(), true));
  const components = makeData({ type: new Float32(), data: vectors.subarray(from * dimensions, to * dimensions) });
  return new Table({
    at: makeVector(Int32Array.from({ length: to - from }, (_, place) => from + place)),
    owner: vectorFromArray(owners.slice(from, to), new Utf8()),
    vector: new Vector([makeData({ type, length: to - from, nullCount: 0, child: components })]),
  });
}

const table = await database.createTable('vectors', rowsBetween(0, Math.min(BATCH, owners.length)));
for (let from = BATCH; from < owners.length; from += BATCH) {
  await table.add(rowsBetween(from, Math.min(from + BATCH, owners.length)));
}
await table.createIndex('vector', {
  config: Index.ivfPq({
    distanceType: 'cosine',
    numPartitions: Math.max(1, Math.round(owners.length / PARTITION_ROWS)),
    numSubVectors: dimensions / SUB_VECTOR,
  }),
});
await table.createIndex('owner', { config: Index.bitmap() });
const buildMs = performance.now() - started;

const search = (query) =>
  table
    .query()
    .nearestTo(query)
    .distanceType('cosine')
    .nprobes(PROBES)
    .refineFactor(REFINE)
    .select(['at', '_distance'])
    .limit(count);
const found = async (asked) => (await asked.toArray()).map(({ at }) => Number(at));
await answer(
  {
    'tenant-wide': (query) => found(search(query)),
    'one owner': (query) => found(search(query).where(`owner = '${owner}'`)),
  },
  queries,
  buildMs,
);
