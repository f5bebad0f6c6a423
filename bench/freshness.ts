/**
 * How soon a message is found, and how fast a backlog is worked off: `node bench/freshness.ts [BACKLOG]`, 20,000 messages
 * unless told.
 *
 * First, 20 appends a second for half a minute: from the acknowledgement of each to a search that finds it. Then a backlog
 * is put in, and worked off with the local embedder while a page of 50 messages is read 50 times a second and messages go
 * on coming: how fast, beside the embedder alone; how long a page takes, beside the same before; how soon a new message is
 * found. All the while the server's main event loop is watched.
 */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as rest } from 'node:timers/promises';
import { z } from 'zod';
import { cutPassages } from '../src/indexing/passages.ts';
import type { Embedder } from '../src/models/embedder.ts';
import { startLocalEmbedder } from '../src/models/local/local-embedder.ts';
import { makeCorpus, someMessages, type Corpus, type CorpusThread } from './corpus.ts';
import { watchFreshness, type Found } from './fresh-messages.ts';
import { startLoader, type Loader } from './http-load.ts';
import { beside, percentile, printLine } from './measure.ts';
import { ask, inTemporaryFolder, startWatchedSkein, untilIndexed, type Watched } from './running.ts';
import { APPEND, PAGE } from './page-query.ts';

const APPENDS_A_SECOND = 20;
const SECONDS = 30;
const APPENDS_A_SECOND_MEANWHILE = 2;

const PAGE_EVERY_MS = 20;
const PAGE_SECONDS = 8;
const THREADS_AT_ONCE = 4;

const CREATE = `mutation { createThread(input: {}) { thread { id } } }`;
const created = z.object({ createThread: z.object({ thread: z.object({ id: z.string() }) }) });
const pending = z.object({ viewer: z.object({ pendingIndexing: z.number() }) });

/** Threads of at least so many messages together, beginning with the one of this number. */
function threadsFrom(corpus: Corpus, first: number, messages: number): CorpusThread[] {
  const threads: CorpusThread[] = [];
  for (let count = 0; count < messages; count += threads.at(-1)?.messages.length ?? 0) {
    threads.push(corpus.thread(first + threads.length));
  }
  return threads;
}

/** Stores threads, each in one append. */
async function putIn(url: string, threads: readonly CorpusThread[]): Promise<void> {
  const left = [...threads];
  const store = async (): Promise<void> => {
    for (let thread = left.shift(); thread !== undefined; thread = left.shift()) {
      await storeThread(url, thread.messages);
    }
  };
  await Promise.all(Array.from({ length: THREADS_AT_ONCE }, store));
}

/** @returns the thread's id */
async function storeThread(url: string, stored: CorpusThread['messages']): Promise<string> {
  const { createThread } = await ask(url, created, CREATE);
  const messages = stored.map(({ role, content }) => ({ role, content }));
  await ask(url, z.unknown(), APPEND, { input: { threadId: createThread.thread.id, messages } });
  return createThread.thread.id;
}

/** How many passages of such messages the embedder alone embeds a second, asked as the indexer asks it. */
async function embedderAlone(embedder: Embedder, messages: CorpusThread['messages']): Promise<number> {
  const texts = messages.flatMap(({ content }) =>
    Array.from(cutPassages(content, embedder.passageCharacters), ({ start, end }) => content.slice(start, end)),
  );
  await embedder.embed(texts.slice(0, 32));
  const begun = performance.now();
  await embedder.embed(texts);
  return (texts.length / (performance.now() - begun)) * 1_000;
}

async function readPages(loader: Loader, url: string, id: string, seconds: number): Promise<readonly number[]> {
  const body = JSON.stringify({ query: PAGE, variables: { id } });
  return (await loader.run({ url, connections: 1, everyMs: PAGE_EVERY_MS, seconds, bodies: [body] })).latencies;
}

function reportFound(when: string, { byWords, byMeaning, missed }: Found): void {
  printLine(`${when}, not found by words at once`, missed, 'messages', `of ${String(byWords.length)}`);
  for (const [how, times] of [
    ['by words', byWords],
    ['by meaning', byMeaning],
  ] as const) {
    for (const share of [50, 95, 100]) {
      printLine(
        `${when}, found ${how}, ${share === 100 ? 'longest' : `p${String(share)}`}`,
        percentile(times, share),
        'ms',
      );
    }
  }
}

async function reportHolds(when: string, server: Watched): Promise<void> {
  const { elapsed, computing } = await server.holds();
  printLine(`${when}, longest hold of the event loop`, elapsed, 'ms', `${computing.toFixed(1)} ms of it computing`);
}

/** Works a backlog off while pages are read and messages come. */
async function measureBacklog(server: Watched, loader: Loader, data: string, page: string, alone: number) {
  const { url } = server;
  const db = new DatabaseSync(data, { readOnly: true });
  const passages = (): number =>
    z.object({ n: z.number() }).parse(db.prepare('SELECT count(*) AS n FROM passages').get()).n;
  const left = async () => (await ask(url, pending, '{ viewer { pendingIndexing } }')).viewer.pendingIndexing;

  const idle = await readPages(loader, url, page, PAGE_SECONDS);
  await reportHolds('pages alone', server);
  const threads = threadsFrom(corpus, FIRST_OF_BACKLOG, backlog);
  await putIn(url, threads);
  await reportHolds('backlog put in', server);

  const begun = performance.now();
  const [messagesBefore, passagesBefore] = [await left(), passages()];
  let isDone = false;
  const pages = async (): Promise<number[]> => {
    const latencies: number[] = [];
    while (!isDone) latencies.push(...(await readPages(loader, url, page, 2)));
    return latencies;
  };
  const meanwhile = Promise.all([
    pages(),
    watchFreshness(url, APPENDS_A_SECOND_MEANWHILE, someMessages(corpus, 500), () => isDone),
  ]);
  while ((await left()) > APPENDS_A_SECOND_MEANWHILE) await rest(1_000);
  isDone = true;
  const seconds = (performance.now() - begun) / 1_000;
  const [latencies, found] = await meanwhile;
  const rate = (passages() - passagesBefore) / seconds;
  const of = `of ${String(messagesBefore)} that waited; ${String(Math.round(seconds))} s`;
  printLine('backlog, worked off', (messagesBefore + found.byWords.length) / seconds, 'messages/s', of);
  printLine('backlog, worked off', rate, 'passages/s', beside(rate / alone, 'the embedder alone'));
  for (const share of [50, 95, 99]) {
    const [under, before] = [percentile(latencies, share), percentile(idle, share)];
    printLine(
      `page meanwhile, p${String(share)}`,
      under,
      'ms',
      beside(under / before, `the ${before.toFixed(1)} ms before`),
    );
  }
  reportFound('backlog', found);
  await reportHolds('backlog', server);
  db.close();
}

const backlog = Number(process.argv[2] ?? 20_000);
const corpus = await makeCorpus(1);
const FIRST_OF_BACKLOG = 100_000;

await inTemporaryFolder(async (folder) => {
  const embedder = startLocalEmbedder();
  const alone = await embedderAlone(embedder, someMessages(corpus, 1_500));
  await embedder.close();
  printLine('the embedder alone', alone, 'passages/s');
  const data = join(folder, 'skein.db');
  const server = await startWatchedSkein(data);
  const loader = startLoader();
  try {
    const page = await storeThread(server.url, someMessages(corpus, 50));
    await untilIndexed(server.url);
    await readPages(loader, server.url, page, 2);
    await server.holds();
    const count = APPENDS_A_SECOND * SECONDS;
    const fresh = await watchFreshness(
      server.url,
      APPENDS_A_SECOND,
      someMessages(corpus, count),
      (appended) => appended >= count,
    );
    const label = `${String(APPENDS_A_SECOND)} appends a second`;
    reportFound(label, fresh);
    await reportHolds(label, server);
    await measureBacklog(server, loader, data, page, alone);
  } finally {
    loader.close();
    await server.stop();
  }
});
