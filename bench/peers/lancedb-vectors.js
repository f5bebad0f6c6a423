/** LanceDB: IVF-PQ over all vectors, refined on the stored ones; the owner as a prefilter. */
import { connect, Index } from '@lancedb/lancedb';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { answer, readJob } from './vectors.js';

const BATCH = 20_000;
// As its documentation has it: 8 to 16 components a sub-vector, some 4,096 rows a partition.
const SUB_VECTOR = 8;
const PARTITION_ROWS = 4_096;
const PROBES = 20;
const REFINE = 10;

const { folder, dimensions, count, owner, queries, rows, owners } = readJob();
const started = performance.now();
const database = await connect(join(folder, 'lancedb'));
const records = rows().map((vector, at) => ({ at, owner: owners[at], vector }));
const table = await database.createTable(
  'vectors',
  records.slice(0, BATCH).map((record) => ({ ...record, vector: Array.from(record.vector) })),
);
for (let from = BATCH; from < records.length; from += BATCH) {
  await table.add(
    records.slice(from, from + BATCH).map((record) => ({ ...record, vector: Array.from(record.vector) })),
  );
}
await table.createIndex('vector', {
  config: Index.ivfPq({
    distanceType: 'cosine',
    numPartitions: Math.max(1, Math.round(records.length / PARTITION_ROWS)),
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
