/** USearch: HNSW in memory, int8. It cannot filter from JavaScript: the owner's vectors have an index of their own. */
import { performance } from 'node:perf_hooks';
import { Index, MetricKind, ScalarKind } from 'usearch';
import { answer, readJob } from './vectors.js';

const { dimensions, count, owner, queries, rows, owners } = readJob();

const started = performance.now();
const indexOf = (wanted) => {
  const index = new Index({ metric: MetricKind.Cos, dimensions, quantization: ScalarKind.I8, connectivity: 16 });
  for (const [at, vector] of rows().entries()) if (wanted(at)) index.add(BigInt(at), vector);
  return index;
};
const all = indexOf(() => true);
const own = indexOf((at) => owners[at] === owner);
const buildMs = performance.now() - started;

const search = (index) => (query) => Array.from(index.search(query, count, 0).keys, Number);
await answer({ 'tenant-wide': search(all), 'one owner': search(own) }, queries, buildMs);
