/**
 * Appends per second, over HTTP and at the port: `node bench/append.ts`.
 *
 * Beside each, in the same run, bare `node:sqlite` writing the same contents with the same durability (WAL, synchronous
 * FULL) into a single table, one transaction an append, on the main thread, one after the other. Skein's appends also
 * check ownership, number the messages, count, keep a ledger and index every word; over HTTP its server embeds meanwhile,
 * too. Appends that wait at the same time share one flush to the disk, which the bare transactions cannot.
 */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { ownerId, tenantId } from '../src/core/identity.ts';
import { newMessageId, newThreadId, type ThreadKey } from '../src/core/ids.ts';
import { startMeter } from '../src/core/meter.ts';
import { openSqlite } from '../src/storage/sqlite/engine.ts';
import type { Engine, NewMessage } from '../src/storage/store.ts';
import { makeCorpus, someMessages, type CorpusMessage } from './corpus.ts';
import { startLoader } from './http-load.ts';
import { inTurns, report } from './measure.ts';
import { ask, inTemporaryFolder, startSkein } from './running.ts';
import { plainMessage } from './plain-message.ts';

const ROUNDS = 5;
const SECONDS = 0.8;
const THREADS = 16;
const CONNECTIONS = 16;

const SCOPE = { tenant: tenantId('default'), owner: ownerId('local') };
const CREATE = `mutation { createThread(input: {}) { thread { id } } }`;
const APPEND = `mutation ($input: AppendMessagesInput!) { appendMessages(input: $input) { messages { id seq } } }`;
const created = z.object({ createThread: z.object({ thread: z.object({ id: z.string() }) }) });

const contents = someMessages(await makeCorpus(1), 1_600);

/** What an append has: the contents from a place on, and round again. */
function batch(place: number, size: number): CorpusMessage[] {
  const from = (place * size) % contents.length;
  return contents.slice(from, from + size);
}

/** Runs an append on and on, so many at once. @returns appends a second */
async function appendsPerSecond(atOnce: number, append: (place: number) => Promise<unknown>): Promise<number> {
  let count = 0;
  const started = performance.now();
  const deadline = started + SECONDS * 1_000;
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (performance.now() < deadline) await append(count++);
    }),
  );
  return (count / (performance.now() - started)) * 1_000;
}

/** @returns appends a second of a table that has nothing but the contents, their order and their kind */
function startBare(path: string) {
  const db = new DatabaseSync(path);
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
  db.exec('CREATE TABLE messages (thread INTEGER, seq INTEGER, role TEXT, content TEXT, PRIMARY KEY (thread, seq))');
  const begin = db.prepare('BEGIN IMMEDIATE');
  const commit = db.prepare('COMMIT');
  const insert = db.prepare('INSERT INTO messages VALUES (?, ?, ?, ?)');
  const seqs = Array.from({ length: THREADS }, () => 0);
  return (size: number) => () =>
    appendsPerSecond(1, (place) => {
      const thread = place % THREADS;
      begin.run();
      for (const { role, content } of batch(place, size)) {
        insert.run(thread, (seqs[thread] = (seqs[thread] ?? 0) + 1), role, content);
      }
      commit.run();
      return Promise.resolve();
    });
}

async function startPort({ threads, messages }: Engine) {
  const call = () => ({ meter: startMeter() });
  const now = Date.now();
  const thread = { title: null, agent: null, instructions: null, metadata: {}, expiresAt: null };
  const keys: ThreadKey[] = [];
  for (let place = 0; place < THREADS; place += 1) {
    const key = { owner: SCOPE.owner, thread: newThreadId(SCOPE.owner, null) };
    await threads.create(SCOPE, { ...thread, id: key.thread, status: 'ACTIVE', createdAt: now }, call());
    keys.push(key);
  }
  const messageOf = (key: ThreadKey, message: CorpusMessage): NewMessage =>
    plainMessage(newMessageId(key, null), message, Date.now());
  return (size: number, atOnce: number) => () =>
    appendsPerSecond(atOnce, async (place) => {
      const key = keys[place % THREADS];
      if (key === undefined) return;
      const batched = batch(place, size).map((message) => messageOf(key, message));
      await messages.append(SCOPE, key.thread, batched, call());
    });
}

async function startHttp(url: string, loader: ReturnType<typeof startLoader>) {
  const ids: string[] = [];
  for (let place = 0; place < THREADS; place += 1) {
    const { createThread } = await ask(url, created, CREATE);
    ids.push(createThread.thread.id);
  }
  return (size: number) => {
    const bodies = ids.map((threadId, place) => {
      const messages = batch(place, size).map(({ role, content }) => ({ role, content }));
      return JSON.stringify({ query: APPEND, variables: { input: { threadId, messages } } });
    });
    return async () => (await loader.run({ url, connections: CONNECTIONS, seconds: SECONDS, bodies })).perSecond;
  };
}

await inTemporaryFolder(async (folder) => {
  const server = await startSkein(join(folder, 'served.db'));
  const engine = await openSqlite({ path: join(folder, 'port.db') });
  const loader = startLoader();
  try {
    const bare = startBare(join(folder, 'bare.db'));
    const port = await startPort(engine);
    const http = await startHttp(server.url, loader);
    for (const size of [1, 100]) {
      const together = size === 1 ? 64 : 8;
      const measures = [bare(size), port(size, 1), port(size, together), http(size)];
      await inTurns(1, ...measures);
      const [plain = [], one = [], many = [], served = []] = await inTurns(ROUNDS, ...measures);
      const what = size === 1 ? '1 message' : `${String(size)} messages`;
      const reference = { name: 'bare node:sqlite', rounds: plain };
      report(`append of ${what}, bare node:sqlite`, 'appends/s', plain);
      report(`append of ${what}, at the port, 1 at once`, 'appends/s', one, reference);
      report(`append of ${what}, at the port, ${String(together)} at once`, 'appends/s', many, reference);
      report(`append of ${what}, HTTP, ${String(CONNECTIONS)} at once`, 'appends/s', served, reference);
    }
  } finally {
    loader.close();
    await server.stop();
    await engine.close();
  }
});
