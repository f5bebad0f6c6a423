/**
 * What a vector store is given to compare, and how it answers. Arguments of each peer: a folder with `job.json`
 * ({dimensions, count, owner}), `vectors.f32`, `queries.f32` and `owners.json` (whose each vector is).
 */
import { log } from 'node:console';
import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { argv, memoryUsage } from 'node:process';

const folder = argv[2] ?? '';

/** Read piece by piece: Node reads no more than 2 GB at once. */
const PIECE = 2 ** 28;

function floats(name) {
  const file = openSync(join(folder, name));
  const bytes = new Uint8Array(fstatSync(file).size);
  for (let at = 0; at < bytes.length;) at += readSync(file, bytes, at, Math.min(PIECE, bytes.length - at), null);
  closeSync(file);
  return new Float32Array(bytes.buffer);
}

/** The job: vectors and queries side by side, and how many results are wanted. */
export function readJob() {
  const { dimensions, count, owner } = JSON.parse(readFileSync(join(folder, 'job.json'), 'utf8'));
  const vectors = floats('vectors.f32');
  const queries = floats('queries.f32');
  const rows = (all) =>
    Array.from({ length: all.length / dimensions }, (_, at) => all.subarray(at * dimensions, (at + 1) * dimensions));
  const owners = JSON.parse(readFileSync(join(folder, 'owners.json'), 'utf8'));
  return { folder, dimensions, count, owner, vectors, queries: rows(queries), rows: () => rows(vectors), owners };
}

/** Asks for each query and prints, as JSON, how long each took and which vectors it found, of a scope. */
export async function answer(scopes, queries, buildMs) {
  const results = {};
  for (const [scope, search] of Object.entries(scopes)) {
    const times = [];
    const found = [];
    for (const query of queries) await search(query);
    for (const query of queries) {
      const started = performance.now();
      found.push(await search(query));
      times.push(performance.now() - started);
    }
    results[scope] = { times, found };
  }
  log(JSON.stringify({ buildMs, megabytes: memoryUsage.rss() / 2 ** 20, results }));
}
