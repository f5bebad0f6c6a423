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
const FLOAT = Float32Array.BYTES_PER_ELEMENT;

const WARM_UP_MS = 30_000;
const LONGEST_MS = 120_000;
const FEWEST = 3;

/** The floats of a file, or of a part of it. */
function floats(name, from = 0, to = Infinity) {
  const file = openSync(join(folder, name));
  const [first, end] = [from * FLOAT, Math.min(to * FLOAT, fstatSync(file).size)];
  const bytes = new Uint8Array(end - first);
  for (let at = 0; at < bytes.length;) {
    at += readSync(file, bytes, at, Math.min(PIECE, bytes.length - at), first + at);
  }
  closeSync(file);
  return new Float32Array(bytes.buffer);
}

/** The job: queries side by side, how many results are wanted, and the vectors, one after the other, when they are read. */
export function readJob() {
  const { dimensions, count, owner } = JSON.parse(readFileSync(join(folder, 'job.json'), 'utf8'));
  const owners = JSON.parse(readFileSync(join(folder, 'owners.json'), 'utf8'));
  const readVectors = (from = 0, to = owners.length) => floats('vectors.f32', from * dimensions, to * dimensions);
  const rows = (all) =>
    Array.from({ length: all.length / dimensions }, (_, at) => all.subarray(at * dimensions, (at + 1) * dimensions));
  return { folder, dimensions, count, owner, queries: rows(floats('queries.f32')), owners, readVectors, rows };
}

/** Asks for one query after the other, until it has taken `longestMs`; for `fewest` in any case. */
async function ask(search, queries, longestMs, fewest) {
  const times = [];
  const found = [];
  const ends = performance.now() + longestMs;
  for (const query of queries) {
    const started = performance.now();
    if (times.length >= fewest && started > ends) break;
    found.push(await search(query));
    times.push(performance.now() - started);
  }
  return { times, found };
}

/**
 * Asks for each query and prints, as JSON, how long each took and which vectors it found, of a scope. A store that takes
 * long is asked for the first ones alone.
 */
export async function answer(scopes, queries, buildMs) {
  const results = {};
  for (const [scope, search] of Object.entries(scopes)) {
    await ask(search, queries, WARM_UP_MS, 1);
    results[scope] = await ask(search, queries, LONGEST_MS, FEWEST);
  }
  log(JSON.stringify({ buildMs, megabytes: memoryUsage.rss() / 2 ** 20, results }));
}
