/**
 * Search over HTTP: `node bench/search.ts [MESSAGES …]`, 10000 unless told.
 *
 * By words and by meaning, by each alone, tenant-wide and of one owner (a tenth of all, 10,000 messages at most). Beside
 * each, in the same run and on the same messages: a bare FTS5 table asked for the same words, and a scan of all vectors
 * in memory; and beside how long the server's event loop was held, how long that of a process that does nothing was. Then
 * how much of what that scan finds the engine's candidates have. A data file is made once and kept among the temporary
 * files; 100,000 messages take a few minutes.
 */
import { statSync } from 'node:fs';
import { startMeter } from '../src/core/meter.ts';
import { startLocalEmbedder } from '../src/models/local/local-embedder.ts';
import { openSqlite } from '../src/storage/sqlite/engine.ts';
import { bareKeywordSearch } from './bare-keyword-search.ts';
import { makeCorpus } from './corpus.ts';
import { readExactSearch, type ExactSearch } from './exact-search.ts';
import { startLoader } from './http-load.ts';
import { beside, median, percentile, printLine, report } from './measure.ts';
import { startWatchedIdler, startWatchedSkein } from './running.ts';
import { READER, storedCorpus, TENANT } from './stored-corpus.ts';

const ROUNDS = 3;
const SECONDS = 1;

/** In each round, of each kind: enough for the slowest in a hundred of all rounds. */
const SEARCHES = 35;
const QUERIES = 200;
/** Tenant-wide at a million, the bare table takes a second for some. */
const BARE_QUERIES = 50;
const RECALL_QUERIES = 50;
const HITS = 10;

/** As many as a search by words and meaning asks an engine for by meaning. */
const CANDIDATES = 30;

const SEARCH = `query ($query: String!, $mode: SearchMode!) {
  searchMessages(query: $query, mode: $mode, first: ${String(HITS)}) {
    edges { node { score matchedBy snippet message { id role content createdAt thread { id title } } } }
  }
}`;
const MODES = ['HYBRID', 'KEYWORD', 'MEANING'] as const;
const SCOPES = [
  { name: 'one owner', owner: READER, headers: { 'x-skein-user': READER } },
  { name: 'tenant-wide', owner: undefined, headers: { 'x-skein-user': 'ann', 'x-skein-roles': 'analyst' } },
] as const;

const queries = (await makeCorpus(1)).queries(QUERIES);

/** How long each of some runs takes, in milliseconds. */
function timesOf(runs: Iterable<() => unknown>): number[] {
  return Array.from(runs, (run) => {
    const started = performance.now();
    run();
    return performance.now() - started;
  });
}

/** @returns of each scope, the median of its searches by words and meaning, in milliseconds */
async function measureLatency(
  label: string,
  path: string,
  vectors: readonly Float32Array[],
  exact: ExactSearch,
): Promise<Map<string, number>> {
  const medians = new Map<string, number>();
  const server = await startWatchedSkein(path);
  const idler = startWatchedIdler();
  const loader = startLoader();
  const longest = { elapsed: 0, computing: 0, idler: 0 };
  try {
    for (const { name, owner, headers } of SCOPES) {
      const words = bareKeywordSearch(path, owner);
      const latencies = new Map(MODES.map((mode): [string, number[]] => [mode, []]));
      const bare: number[] = [];
      const scan: number[] = [];
      for (let round = 0; round <= ROUNDS; round += 1) {
        for (const mode of MODES) {
          const bodies = queries.map((query) => JSON.stringify({ query: SEARCH, variables: { query, mode } }));
          // What the start took, and what this process computes between searches, is nobody's wait.
          await Promise.all([server.holds(), idler.holds()]);
          const result = await loader.run({
            url: server.url,
            connections: 1,
            seconds: SECONDS,
            atLeast: SEARCHES,
            bodies,
            headers,
          });
          const [holds, itsHolds] = await Promise.all([server.holds(), idler.holds()]);
          longest.elapsed = Math.max(longest.elapsed, holds.elapsed);
          longest.computing = Math.max(longest.computing, holds.computing);
          longest.idler = Math.max(longest.idler, itsHolds.elapsed);
          // The first round loads what is loaded once.
          if (round > 0) latencies.get(mode)?.push(...result.latencies);
        }
        bare.push(...timesOf(queries.slice(0, BARE_QUERIES).map((query) => () => words.search(query, HITS))));
        scan.push(...timesOf(vectors.slice(0, 5).map((vector) => () => exact.nearest(vector, HITS, owner))));
      }
      words.close();
      medians.set(name, median(latencies.get('HYBRID') ?? []));
      for (const [mode, times] of latencies) {
        for (const share of [50, 95, 99]) {
          report(
            `${label}, ${name}, ${mode}, p${String(share)}`,
            'ms',
            [percentile(times, share)],
            { name: 'bare FTS5', rounds: [percentile(bare, share)] },
            { name: 'a scan of all vectors', rounds: [percentile(scan, share)] },
          );
        }
      }
    }
    report(`${label}, memory after these searches`, 'MB', [server.memory()]);
    const own = `at worst ${longest.computing.toFixed(1)} ms computing`;
    const nothing = beside(longest.elapsed / longest.idler, 'that of a process that does nothing');
    printLine(`${label}, longest hold of the event loop`, longest.elapsed, 'ms', own, nothing);
    return medians;
  } finally {
    loader.close();
    await Promise.all([server.stop(), idler.stop()]);
  }
}

async function measureRecall(
  label: string,
  path: string,
  vectors: readonly Float32Array[],
  exact: ExactSearch,
  model: string,
) {
  const engine = await openSqlite({ path });
  const rest = { model, terms: [], phrases: [], excluded: [], authors: [], alongside: [] };
  try {
    for (const { name, owner } of SCOPES) {
      let found = 0;
      let wanted = 0;
      for (const vector of vectors.slice(0, RECALL_QUERIES)) {
        const scope = { tenant: TENANT, owner: owner ?? null };
        const call = { meter: startMeter() };
        const { candidates } = await engine.candidates.byMeaning(scope, { ...rest, vector }, {}, CANDIDATES, call);
        const ours = new Set<string>(candidates.slice(0, HITS).map(({ key }) => key.message));
        const all = exact.nearest(vector, HITS, owner);
        found += all.filter((id) => ours.has(id)).length;
        wanted += all.length;
      }
      printLine(`${label}, ${name}, recall@${String(HITS)}`, found / wanted, '', 'of what a scan of all vectors finds');
    }
  } finally {
    await engine.close();
  }
}

const embedder = startLocalEmbedder();
const vectors = await embedder.embed(queries);
await embedder.close();
const sizes = process.argv.slice(2).map(Number);
let before: { readonly messages: number; readonly medians: Map<string, number> } | null = null;
for (const messages of sizes.length > 0 ? sizes : [10_000]) {
  const label = `search of ${String(messages)}`;
  const path = await storedCorpus(messages);
  const exact = readExactSearch(path);
  printLine(
    `${label}, on disk`,
    statSync(path).size / messages,
    'bytes',
    `a message; ${String(exact.passages)} passages`,
  );
  const medians = await measureLatency(label, path, vectors, exact);
  for (const [name, now] of before === null ? [] : medians) {
    const growth = now / (before?.medians.get(name) ?? Number.NaN);
    printLine(`${label}, ${name}, HYBRID, p50`, growth, '×', `what it is of ${String(before?.messages)}`);
  }
  before = { messages, medians };
  await measureRecall(label, path, vectors, exact, embedder.model);
}
