/** Puts some of a job's vectors into its libSQL store. Arguments: the job's folder, the first, and the one after the last. */
import { argv } from 'node:process';
import { openLibsql, TABLE } from './libsql.js';
import { readJob } from './vectors.js';

const BATCH = 1_000;

const { folder, owners, readVectors, rows } = readJob();
const end = Math.min(Number(argv[4]), owners.length);
const store = openLibsql(folder);
for (let from = Number(argv[3]); from < end; from += BATCH) {
  const to = Math.min(from + BATCH, end);
  await store.upsert({
    indexName: TABLE,
    vectors: rows(readVectors(from, to)).map((vector) => Array.from(vector)),
    ids: Array.from({ length: to - from }, (_, place) => String(from + place)),
    metadata: owners.slice(from, to).map((owner) => ({ owner })),
  });
}
