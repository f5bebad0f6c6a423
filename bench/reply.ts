/**
 * What Skein adds to a reply: `node bench/reply.ts`.
 *
 * The model's server is a process on loopback that says how long it took itself; what is measured is the wait beyond
 * that. Beside it, in the same run, the `openai` package asking the same server for the same replies: what the wire, the
 * package and this machine add without Skein. Messages are embedded by that server, too.
 */
import { join } from 'node:path';
import { setTimeout as rest } from 'node:timers/promises';
import { OpenAI } from 'openai';
import { z } from 'zod';
import { withoutKey } from '../src/models/authorization.ts';
import { connectOpenAiEmbedder } from '../src/models/openai/embedder.ts';
import { beside, inTurns, percentile, printLine, report } from './measure.ts';
import { connectClient, follow, stopwatch, type Waited } from './reply-client.ts';
import { ask, inTemporaryFolder, startModelServer, startSkein } from './running.ts';

const CONVERSATIONS = 50;
const ROUNDS = 5;
const REPLIES_A_ROUND = 3;
/** A second a reply, one piece every 50 ms. */
const REPLY = '20 50';
const REPLY_MS = 1_000;

const STREAMS = 500;
// V8 has all the memory it wants after some five rounds.
const STREAM_ROUNDS = 12;
const SOCKETS = 25;
const STREAM = `10 200 ${String(STREAMS)}`;

const TEXTS = 2_048;
const BATCH = 256;
const EMBEDDING_ROUNDS = 5;

const CREATE = `mutation { createThread(input: {title: "Measured"}) { thread { id } } }`;
const created = z.object({ createThread: z.object({ thread: z.object({ id: z.string() }) }) });
const quiet = () => undefined;
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };

const openThread = async (url: string): Promise<string> => (await ask(url, created, CREATE)).createThread.thread.id;
const times = (count: number): undefined[] => Array.from({ length: count }, () => undefined);

/** @returns what each reply of a conversation waited beyond the model's server */
async function repliesThrough(url: string): Promise<Waited[]> {
  const client = await connectClient(url);
  const threadId = await openThread(url);
  const waits: Waited[] = [];
  for (let count = 0; count < REPLIES_A_ROUND; count += 1) waits.push(await follow(client, threadId, REPLY));
  await client.dispose();
  return waits;
}

async function repliesBare(client: OpenAI): Promise<Waited[]> {
  const waits: Waited[] = [];
  for (let count = 0; count < REPLIES_A_ROUND; count += 1) {
    const clock = stopwatch(performance.now());
    const messages = [{ role: 'user', content: REPLY } as const];
    for await (const chunk of await client.chat.completions.create({ model: 'm', messages, stream: true })) {
      clock.heard(chunk.choices[0]?.delta.content ?? '');
    }
    waits.push(clock.ended());
  }
  return waits;
}

/** Conversations that begin one after the other, evenly over the time of a reply: people do not speak in chorus. */
async function atOnce(conversation: () => Promise<Waited[]>): Promise<Waited[]> {
  const conversations = times(CONVERSATIONS).map(async (_, at) => {
    await rest((at * REPLY_MS) / CONVERSATIONS);
    return conversation();
  });
  return (await Promise.all(conversations)).flat();
}

async function measureWaits(url: string, bare: OpenAI): Promise<void> {
  const all = await inTurns(
    ROUNDS + 1,
    () => atOnce(() => repliesThrough(url)),
    () => atOnce(() => repliesBare(bare)),
  );
  // In the first round code is loaded and compiled.
  const [ours = [], theirs = []] = all.map((rounds) => rounds.slice(1));
  for (const [part, name] of [
    ['first', 'to the first words'],
    ['whole', 'to the stored reply'],
  ] as const) {
    for (const share of [50, 99]) {
      const of = (waits: readonly Waited[]) =>
        percentile(
          waits.map((wait) => wait[part]),
          share,
        );
      const reference = { name: 'the openai package alone', rounds: theirs.map(of) };
      report(`reply, ${String(CONVERSATIONS)} at once, ${name}, p${String(share)}`, 'ms', ours.map(of), reference);
    }
  }
}

async function measureStreams(url: string, memory: () => number): Promise<void> {
  const clients = await Promise.all(times(SOCKETS).map(() => connectClient(url)));
  const threads = await Promise.all(times(STREAMS).map(() => openThread(url)));
  const megabytes: number[] = [];
  let replies = 0;
  for (let round = 0; round < STREAM_ROUNDS; round += 1) {
    const waits = await Promise.all(
      threads.map((threadId, at) => {
        const client = clients[at % SOCKETS];
        if (client === undefined) throw new Error('A socket is missing.');
        return follow(client, threadId, STREAM);
      }),
    );
    replies += waits.length;
    megabytes.push(memory());
  }
  for (const client of clients) await client.dispose();
  printLine(`replies streaming at once, ${String(STREAMS)}, without an error`, replies, 'replies');
  const half = STREAM_ROUNDS / 2;
  const [middle = Number.NaN, last = Number.NaN] = [megabytes[half - 1], megabytes.at(-1)];
  printLine(
    `memory after ${String(STREAM_ROUNDS)} rounds of them`,
    last,
    'MB',
    beside(last / middle, `after ${String(half)} rounds`),
  );
}

async function measureEmbeddings(baseURL: string, bare: OpenAI): Promise<void> {
  const texts = times(TEXTS).map((_, at) => `Text number ${String(at)}, of about as many words as people write.`);
  const authorization = withoutKey();
  const embedder = await connectOpenAiEmbedder({ baseUrl: baseURL, authorization, model: 'm', dimensions: null, log });
  const batches = times(TEXTS / BATCH).map((_, at) => texts.slice(at * BATCH, (at + 1) * BATCH));
  const perSecond = async (work: () => Promise<unknown>): Promise<number> => {
    const started = performance.now();
    await work();
    return (TEXTS / (performance.now() - started)) * 1_000;
  };
  const alone = () => Promise.all(batches.map((input) => bare.embeddings.create({ model: 'm', input })));
  const [ours = [], theirs = []] = await inTurns(
    EMBEDDING_ROUNDS,
    () => perSecond(() => embedder.embed(texts)),
    () => perSecond(alone),
  );
  report('embeddings through the provider', 'texts/s', ours, { name: 'the openai package alone', rounds: theirs });
  await embedder.close();
}

await inTemporaryFolder(async (folder) => {
  const models = await startModelServer();
  const skein = await startSkein(join(folder, 'skein.db'), {
    SKEIN_CHAT: 'openai',
    SKEIN_EMBEDDER: 'openai',
    OPENAI_BASE_URL: models.url,
    OPENAI_CHAT_MODEL: 'm',
    OPENAI_EMBEDDING_MODEL: 'm',
  });
  const bare = new OpenAI({ baseURL: models.url, apiKey: 'none', maxRetries: 0 });
  try {
    await measureWaits(skein.url, bare);
    await measureStreams(skein.url, skein.memory);
    await measureEmbeddings(models.url, bare);
  } finally {
    await Promise.all([skein.stop(), models.stop()]);
  }
});
