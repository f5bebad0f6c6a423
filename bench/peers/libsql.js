/** Mastra's vector store on libSQL, filled and asked: the owner is a filter on its metadata. */
import { LibSQLVector } from '@mastra/libsql';
import { spawnSync } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { execPath } from 'node:process';
import { fileURLToPath, URL } from 'node:url';
import { answer } from './vectors.js';

export const TABLE = 'vectors';

/** The store keeps the text of each vector it is given, 20 KB of it, until its process ends. */
const VECTORS_A_PROCESS = 100_000;

/** Opens the store that is one file. */
export function openLibsql(path) {
  return new LibSQLVector({ id: 'bench', url: `file:${path}` });
}

/**
 * Fills a store with a job's vectors, and asks it.
 *
 * @param path of the store's file, in which the table is
 * @param started when the filling began
 */
export async function measureLibsql({ folder, count, owner, queries, owners }, path, started) {
  const file = fileURLToPath(new URL('fill-libsql.js', import.meta.url));
  for (let from = 0; from < owners.length; from += VECTORS_A_PROCESS) {
    const { status } = spawnSync(execPath, [file, folder, path, String(from), String(from + VECTORS_A_PROCESS)], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    if (status !== 0) throw new Error('Filling failed.');
  }
  const buildMs = performance.now() - started;
  const store = openLibsql(path);
  const search = (filter) => async (query) => {
    const found = await store.query({ indexName: TABLE, queryVector: Array.from(query), topK: count, ...filter });
    return found.map(({ id }) => Number(id));
  };
  await answer({ 'tenant-wide': search({}), 'one owner': search({ filter: { owner } }) }, queries, buildMs);
}
