/**
 * Mastra's vector store on libSQL with a table that has no index of neighbours, as its versions before 1.0 made it: it
 * compares all vectors.
 */
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { DatabaseSync } from 'node:sqlite';
import { measureLibsql, TABLE } from './libsql.js';
import { readJob } from './vectors.js';

const job = readJob();
const started = performance.now();
const path = join(job.folder, 'libsql-scan.db');
const database = new DatabaseSync(path);
database.exec(`CREATE TABLE ${TABLE} (
  id SERIAL PRIMARY KEY,
  vector_id TEXT UNIQUE NOT NULL,
  embedding F32_BLOB(${String(job.dimensions)}),
  metadata TEXT DEFAULT '{}'
)`);
database.close();
await measureLibsql(job, path, started);
