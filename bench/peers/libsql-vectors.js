/**
 * Mastra's vector store on libSQL as it sets itself up: of what its index of neighbours finds it takes what the filter
 * lets through, and compares all vectors if that is too little.
 */
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { measureLibsql, openLibsql, TABLE } from './libsql.js';
import { readJob } from './vectors.js';

const job = readJob();
const started = performance.now();
const path = join(job.folder, 'libsql.db');
const store = openLibsql(path);
await store.createIndex({ indexName: TABLE, dimension: job.dimensions });
await store.close();
await measureLibsql(job, path, started);
