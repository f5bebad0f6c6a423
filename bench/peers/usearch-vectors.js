/** USearch: HNSW in memory, int8. It cannot filter from JavaScript: the owner's vectors have an index of their own. */
import { availableParallelism } from 'node:os';
import { performance } from 'node:perf_hooks';
import { Index, MetricKind, ScalarKind } from 'usearch';
import { answer, readJob } from './vectors.js';

const BATCH = 100_000;
const THREADS = availableParallelism();

const { dimensions, count, owner, queries, owners, readVectors, rows } = readJob();
const vectors = readVectors();

const started = performance.now();
const newIndex = () => new Index({ metric: MetricKind.Cos, dimensions, quantization: ScalarKind.I8, connectivity: 16 });
const all = newIndex();
for (let from = 0; from < owners.length; from += BATCH) {
  const to = Math.min(from + BATCH, owners.length);
  const keys = BigUint64Array.from({ length: to - from }, (_, place) => BigInt(from + place));
  all.add(keys, vectors.subarray(from * dimensions, to * dimensions), THREADS);
}
const own = newIndex();
for (const [at, vector] of rows(vectors).entries()) if (owners[at] === owner) own.add(BigInt(at), vector);
const buildMs = performance.now() - started;

const search = (index) => (query) => Array.from(index.search(query, count, 0).keys, Number);
await answer({ 'tenant-wide': search(all), 'one owner': search(own) }, queries, buildMs);
