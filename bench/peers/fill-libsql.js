/**
 * Puts some of a job's vectors into a libSQL store. Arguments: the job's folder, the store's file, the first vector, and the
 * one after the last.
 */
import { argv } from 'node:process';
import { openLibsql, TABLE } from './libsql.js';
import { readJob } from './vectors.js';

const BATCH = 1_000;

const { owners, readVectors, rows } = readJob();
const [path = '', first, last] = argv.slice(3);
const end = Math.min(Number(last), owners.length);
const store = openLibsql(path);
for (let from = Number(first); from < end; from += BATCH) {
  const to = Math.min(from + BATCH, end);
  await store.upsert({
    indexName: TABLE,
    vectors: rows(readVectors(from, to)).map((vector) => Array.from(vector)),
    ids: Array.from({ length: to - from }, (_, place) => String(from + place)),
    metadata: owners.slice(from, to).map((owner) => ({ owner })),
  });
}
