/**
 * Mastra's vector store on libSQL as it sets itself up: of what its index of neighbours finds it takes what the filter
 * lets through, and compares all vectors if that is too little.
 */
import { performance } from 'node:perf_hooks';
import { measureLibsql, openLibsql, TABLE } from './libsql.js';
import { readJob } from './vectors.js';

const job = readJob();
const started = performance.now();
const store = openLibsql(job.folder);
await store.createIndex({ indexName: TABLE, dimension: job.dimensions });
await store.close();
await measureLibsql(job, started);
