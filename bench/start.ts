/**
 * From the start of the process to its first answer, on a file of 10,000 messages, and its resident memory: `node
 * bench/start.ts`.
 *
 * Beside it, in the same run, a Node that does nothing, and bare Fastify that answers with a constant.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { z } from 'zod';
import { makeCorpus } from './corpus.ts';
import { inTurns, report } from './measure.ts';
import { ask, inTemporaryFolder, startPeer, startSkein, type Running } from './running.ts';
import { READER, storedCorpus } from './stored-corpus.ts';

const ROUNDS = 7;
const MESSAGES = 10_000;
const SEARCHES = 1_000;

const THREADS = '{ threads(first: 20) { edges { node { id title lastMessageAt } } } }';
const SEARCH = `query ($query: String!) {
  searchMessages(query: $query) { edges { node { score message { id content } } } }
}`;
const AS_READER = { 'x-skein-user': READER };

/** Megabytes of resident memory: after the start, after a search (which loads the embedder), and after a thousand. */
type Round = { readonly ready: number; readonly memory: readonly number[] };

/** Starts a server, asks it once, measures, stops it. */
async function started(start: () => Promise<Running>, then?: (server: Running) => Promise<number[]>): Promise<Round> {
  const before = performance.now();
  const server = await start();
  try {
    await ask(server.url, z.unknown(), THREADS, {}, AS_READER);
    const ready = performance.now() - before;
    const memory = server.memory();
    return { ready, memory: [memory, ...((await then?.(server)) ?? [])] };
  } finally {
    await server.stop();
  }
}

async function bareNode(): Promise<Round> {
  const before = performance.now();
  await once(spawn(execPath, ['-e', '0'], { stdio: 'ignore' }), 'exit');
  return { ready: performance.now() - before, memory: [] };
}

const queries = (await makeCorpus(1)).queries(SEARCHES);

async function memoryAfterSearches({ url, memory }: Running): Promise<number[]> {
  const search = (query: string) => ask(url, z.unknown(), SEARCH, { query }, AS_READER);
  await search('the first one');
  const first = memory();
  const left = queries.values();
  const searchOn = async (): Promise<void> => {
    for (const query of left) await search(query);
  };
  await Promise.all([searchOn(), searchOn(), searchOn(), searchOn()]);
  return [first, memory()];
}

const corpus = await storedCorpus(MESSAGES);
await inTemporaryFolder(async (folder) => {
  const data = join(folder, 'skein.db');
  await cp(corpus, data);
  const skein = () => startSkein(data);
  const fastify = () => startPeer('fastify-hello');
  const searched = await started(skein, memoryAfterSearches);
  const [ours = [], bare = [], node = []] = await inTurns(
    ROUNDS,
    () => started(skein),
    () => started(fastify),
    bareNode,
  );
  report(
    'start to first answer',
    'ms',
    ours.map(({ ready }) => ready),
    { name: 'bare Fastify', rounds: bare.map(({ ready }) => ready) },
    { name: 'a Node that does nothing', rounds: node.map(({ ready }) => ready) },
  );
  const fastifyMemory = { name: 'bare Fastify', rounds: bare.map(({ memory }) => memory[0] ?? Number.NaN) };
  const [, first = Number.NaN, last = Number.NaN] = searched.memory;
  report(
    'memory after the start',
    'MB',
    ours.map(({ memory }) => memory[0] ?? Number.NaN),
    fastifyMemory,
  );
  report('memory after a search (embedder loaded)', 'MB', [first], fastifyMemory);
  report(`memory after ${String(SEARCHES)} searches`, 'MB', [last], fastifyMemory);
});
