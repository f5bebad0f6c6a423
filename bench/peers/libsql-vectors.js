/**
 * Mastra's vector store on libSQL: the owner is a filter on its metadata. Of what its index of neighbours finds it takes
 * what the filter lets through, and compares all vectors if that is too little.
 */
import { LibSQLVector } from '@mastra/libsql';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { answer, readJob } from './vectors.js';

const BATCH = 1_000;
const indexName = 'vectors';

const { folder, dimensions, count, owner, queries, rows, owners } = readJob();
const started = performance.now();
const store = new LibSQLVector({ id: 'bench', url: `file:${join(folder, 'libsql.db')}` });
await store.createIndex({ indexName, dimension: dimensions });
const vectors = rows();
for (let from = 0; from < vectors.length; from += BATCH) {
  const some = vectors.slice(from, from + BATCH);
  await store.upsert({
    indexName,
    vectors: some.map((vector) => Array.from(vector)),
    ids: some.map((_, at) => String(from + at)),
    metadata: some.map((_, at) => ({ owner: owners[from + at] })),
  });
}
const buildMs = performance.now() - started;

const search = (filter) => async (query) => {
  const found = await store.query({ indexName, queryVector: Array.from(query), topK: count, ...filter });
  return found.map(({ id }) => Number(id));
};
await answer({ 'tenant-wide': search({}), 'one owner': search({ filter: { owner } }) }, queries, buildMs);
