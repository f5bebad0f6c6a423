/**
 * Mastra's vector store on libSQL with a table that has no index of neighbours, as its versions before 1.0 made it: it
 * compares all vectors.
 */
import { performance } from 'node:perf_hooks';
import { DatabaseSync } from 'node:sqlite';
import { measureLibsql, pathIn, TABLE } from './libsql.js';
import { readJob } from './vectors.js';

const job = readJob();
const started = performance.now();
const database = new DatabaseSync(pathIn(job.folder));
database.exec(`CREATE TABLE ${TABLE} (
  id SERIAL PRIMARY KEY,
  vector_id TEXT UNIQUE NOT NULL,
  embedding F32_BLOB(${String(job.dimensions)}),
  metadata TEXT DEFAULT '{}'
)`);
database.close();
await measureLibsql(job, started);
