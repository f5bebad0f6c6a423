/**
 * Nearest messages by vector, beside other stores of vectors: `node bench/vector-stores.ts [MESSAGES …] [STORE …]`, 10000
 * and all (lancedb, usearch, libsql, libsql-scan) unless told. The same vectors (what the engine stores), queries and
 * filter for all, each in a process of its own, no HTTP: Skein's engine at its port, exact search over the vectors in
 * memory, LanceDB, USearch, Mastra's store on libSQL, with its index and without. What they find is compared with exact
 * search. Peers come with `npm install --prefix bench`.
 */
import { spawnSync } from 'node:child_process';
import { createWriteStream, existsSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { startMeter } from '../src/core/meter.ts';
import { startLocalEmbedder } from '../src/models/local/local-embedder.ts';
import { openSqlite } from '../src/storage/sqlite/engine.ts';
import { makeCorpus } from './corpus.ts';
import { readExactSearch, type ExactSearch } from './exact-search.ts';
import { percentile, printLine } from './measure.ts';
import { inTemporaryFolder } from './running.ts';
import { READER, storedCorpus, TENANT } from './stored-corpus.ts';

const QUERIES = 50;
const HITS = 10;
/** As many as the search asks an engine for, so that what it finds is what a search has to go by. */
const CANDIDATES = 80;
/** Other stores find passages: enough of them for ten messages. */
const PASSAGES = 30;
/**
 * With how many messages each is tried. libSQL's index takes 112 KB and 20 ms a vector: for a million messages 300 GB and
 * most of a day. Without it the store compares all.
 */
const PEERS = { lancedb: Infinity, usearch: Infinity, libsql: 10_000, 'libsql-scan': Infinity };

const SCOPES = [
  { scope: 'one owner', owner: READER },
  { scope: 'tenant-wide', owner: null },
] as const;

type Answers = Readonly<Record<string, { readonly times: readonly number[]; readonly found: readonly string[][] }>>;

const peerAnswer = z.object({
  buildMs: z.number(),
  megabytes: z.number(),
  results: z.record(z.string(), z.object({ times: z.array(z.number()), found: z.array(z.array(z.number())) })),
});

async function ours(path: string, vectors: readonly Float32Array[], model: string): Promise<Answers> {
  const engine = await openSqlite({ path });
  const rest = { model, terms: [], phrases: [], excluded: [], authors: [], alongside: [] };
  const answers: Record<string, Answers[string]> = {};
  try {
    for (const { scope, owner } of SCOPES) {
      const times: number[] = [];
      const found: string[][] = [];
      for (const [turn, vector] of [...vectors, ...vectors].entries()) {
        const started = performance.now();
        const query = { ...rest, vector };
        const call = { meter: startMeter() };
        const near = await engine.candidates.byMeaning({ tenant: TENANT, owner }, query, {}, CANDIDATES, call);
        if (turn < vectors.length) continue;
        times.push(performance.now() - started);
        found.push(near.candidates.slice(0, HITS).map(({ key }) => key.message));
      }
      answers[scope] = { times, found };
    }
  } finally {
    await engine.close();
  }
  return answers;
}

function exactly(exact: ExactSearch, vectors: readonly Float32Array[]): Answers {
  return Object.fromEntries(
    SCOPES.map(({ scope, owner }) => {
      const times: number[] = [];
      const found = vectors.map((vector) => {
        const started = performance.now();
        const nearest = exact.nearest(vector, HITS, owner ?? undefined);
        times.push(performance.now() - started);
        return nearest;
      });
      return [scope, { times, found }];
    }),
  );
}

/** Writes what a peer is given to a folder. */
async function writeJob(folder: string, exact: ExactSearch, queries: readonly Float32Array[]): Promise<void> {
  const file = createWriteStream(join(folder, 'vectors.f32'));
  const owners: string[] = [];
  for (let at = 0; at < exact.passages; at += 1) {
    const { vector, owner } = exact.passage(at);
    owners.push(owner);
    if (!file.write(new Uint8Array(vector.buffer))) await once(file, 'drain');
  }
  file.end();
  await once(file, 'close');
  writeFileSync(join(folder, 'owners.json'), JSON.stringify(owners));
  writeFileSync(
    join(folder, 'queries.f32'),
    new Uint8Array(Float32Array.from(queries.flatMap((one) => [...one])).buffer),
  );
  const dimensions = queries[0]?.length ?? 0;
  writeFileSync(join(folder, 'job.json'), JSON.stringify({ dimensions, count: PASSAGES, owner: READER }));
}

function peer(
  name: string,
  folder: string,
  exact: ExactSearch,
): { answers: Answers; buildMs: number; megabytes: number } {
  const file = fileURLToPath(new URL(`peers/${name}-vectors.js`, import.meta.url));
  const { stdout, status } = spawnSync(execPath, ['--max-old-space-size=16384', file, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 2 ** 28,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${name} failed.`);
  const { results, ...rest } = peerAnswer.parse(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''));
  const answers = Object.fromEntries(
    Object.entries(results).map(([scope, { times, found }]) => {
      const messages = found.map((passages) =>
        [...new Set(passages.map((at) => exact.passage(at).message))].slice(0, HITS),
      );
      return [scope, { times, found: messages }];
    }),
  );
  return { answers, ...rest };
}

/** @param found of the first queries, or of all */
function recall(found: readonly string[][], truth: readonly string[][]): number {
  const wanted = truth.slice(0, found.length);
  let hits = 0;
  for (const [at, messages] of wanted.entries()) hits += messages.filter((one) => found[at]?.includes(one)).length;
  return hits / wanted.flat().length;
}

function print(label: string, store: string, answers: Answers, truth: Answers): void {
  for (const { scope } of SCOPES) {
    const { times = [], found = [] } = answers[scope] ?? {};
    const [p95, p99] = [95, 99].map((share) => percentile(times, share).toFixed(2));
    const few = times.length < QUERIES ? `; ${String(times.length)} queries` : '';
    printLine(
      `${label}, ${scope}, ${store}, p50`,
      percentile(times, 50),
      'ms',
      `p95 ${p95 ?? ''}; p99 ${p99 ?? ''}; recall@${String(HITS)} ${recall(found, truth[scope]?.found ?? []).toFixed(3)}${few}`,
    );
  }
}

if (!existsSync(new URL('node_modules', import.meta.url))) {
  throw new Error('What Skein is compared with is not installed: npm install --prefix bench');
}
const embedder = startLocalEmbedder();
const queries = await embedder.embed((await makeCorpus(1)).queries(QUERIES));
await embedder.close();
const given = process.argv.slice(2);
const sizes = given.map(Number).filter((size) => !Number.isNaN(size));
const named = given.filter((one) => Object.hasOwn(PEERS, one));
for (const messages of sizes.length > 0 ? sizes : [10_000]) {
  const label = `nearest of ${String(messages)}`;
  const path = await storedCorpus(messages);
  const exact = readExactSearch(path);
  const truth = exactly(exact, queries);
  print(label, 'exact in memory', truth, truth);
  print(label, 'Skein', await ours(path, queries, embedder.model), truth);
  await inTemporaryFolder(async (folder) => {
    await writeJob(folder, exact, queries);
    for (const [name, most] of Object.entries(PEERS)) {
      if (messages > most || (named.length > 0 && !named.includes(name))) continue;
      const { answers, buildMs, megabytes } = peer(name, folder, exact);
      print(label, name, answers, truth);
      printLine(`${label}, ${name}, built in`, buildMs / 1_000, 's', `${String(Math.round(megabytes))} MB resident`);
    }
  });
}
