/**
 * A page of 50 messages over HTTP: `node bench/page.ts`.
 *
 * Beside it, in the same run, the same page from Mercurius with JIT (Skein's contract, resolvers that give prepared
 * objects: no storage, no identity, no cost report), from the same over one table of `node:sqlite`, and from bare Fastify
 * (the prepared page as JSON: no GraphQL at all).
 */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { makeCorpus, someMessages } from './corpus.ts';
import { startLoader, type LoadResult } from './http-load.ts';
import { inTurns, percentile, printLine, report } from './measure.ts';
import { ask, inTemporaryFolder, startPeer, startSkein, untilIndexed, type Running } from './running.ts';
import { APPEND, PAGE } from './page-query.ts';

const ROUNDS = 5;
const SECONDS = 1;

type Round = LoadResult & { readonly processor: number };

const CREATE = `mutation { createThread(input: {title: "A page"}) { thread { id } } }`;

const created = z.object({ createThread: z.object({ thread: z.object({ id: z.string() }) }) });

/** A thread of 50 messages that is stored and indexed. @returns its id */
async function storeThread(url: string): Promise<string> {
  const { createThread } = await ask(url, created, CREATE);
  const { id } = createThread.thread;
  const messages = someMessages(await makeCorpus(1), 50).map(({ role, content }) => ({
    role,
    content,
    ...(role === 'ASSISTANT' && { model: 'a-model', usage: { inputTokens: 900, outputTokens: 120 } }),
    metadata: { channel: 'web' },
  }));
  await ask(url, z.unknown(), APPEND, { input: { threadId: id, messages } });
  await untilIndexed(url);
  return id;
}

await inTemporaryFolder(async (folder) => {
  const skein = await startSkein(join(folder, 'skein.db'));
  const query = { query: PAGE, variables: { id: await storeThread(skein.url) } };
  const data = await ask(skein.url, z.unknown(), query.query, query.variables);
  const page = join(folder, 'page.json');
  await writeFile(page, JSON.stringify({ data }));
  const servers: Running[] = [skein];
  const loader = startLoader();
  try {
    for (const peer of ['mercurius-page', 'mercurius-sqlite-page', 'fastify-page']) {
      const server = await startPeer(peer, page);
      servers.push(server);
      assert.deepEqual(await ask(server.url, z.unknown(), query.query, query.variables), data);
    }
    printLine('page of 50 messages', JSON.stringify(data).length / 1_024, 'KiB');
    for (const connections of [16, 1]) {
      const measures = servers.map(({ url, processorTime }) => async (): Promise<Round> => {
        const before = processorTime();
        const result = await loader.run({ url, connections, seconds: SECONDS, bodies: [JSON.stringify(query)] });
        return { ...result, processor: (processorTime() - before) / (result.perSecond * SECONDS) };
      });
      await inTurns(1, ...measures);
      const [ours = [], jit = [], jitOverSqlite = [], bare = []] = await inTurns(ROUNDS, ...measures);
      const figure = (name: string, unit: string, of: (round: Round) => number): void => {
        report(
          `page, ${String(connections)} at once, ${name}`,
          unit,
          ours.map(of),
          { name: 'Mercurius with JIT', rounds: jit.map(of) },
          { name: 'the same over node:sqlite', rounds: jitOverSqlite.map(of) },
          { name: 'bare Fastify', rounds: bare.map(of) },
        );
      };
      figure('throughput', 'pages/s', ({ perSecond }) => perSecond);
      figure('p50', 'ms', ({ latencies }) => percentile(latencies, 50));
      figure('p99', 'ms', ({ latencies }) => percentile(latencies, 99));
      figure('processor', 'ms a page', ({ processor }) => processor);
    }
  } finally {
    loader.close();
    await Promise.all(servers.map((server) => server.stop()));
  }
});
