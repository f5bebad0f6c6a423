import assert from 'node:assert/strict';
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { textAt, valueAt, valuesAt } from '../support/answer.ts';
import { eventually } from '../support/eventually.ts';
import { seededRandom } from '../support/random.ts';
import { startServer, type ServerProcess } from '../support/server-process.ts';
import { threadWith } from '../support/skein.ts';
import { aWriter, toldMessages, type Told, type Write, type Writer } from '../support/writer.ts';

const KILLS = 50;
/**
 * A kill comes with one of the first answers, which tells whether it was true; every other kill so many milliseconds
 * later at most, which hits a write in its middle.
 */
const ANSWERS_BEFORE_A_KILL = 16;
const MILLISECONDS_BEFORE_A_KILL = 12;

test(`nothing that was acknowledged is lost, doubled or disordered by ${KILLS} kills`, async (context) => {
  const seed = Math.floor(Math.random() * 2 ** 32);
  context.diagnostic(`seed ${seed}`);
  await using folder = await mkdtempDisposable(join(tmpdir(), 'skein-test-'));
  const { shared, spoken, writers } = await openThreads(folder.path, seededRandom(seed));
  const random = seededRandom(seed + 1);

  for (let kill = 1; kill <= KILLS; kill += 1) {
    await using server = await startServer(folder.path);
    await checkAll(server, writers, [shared, spoken]);
    await writeUntilKilled(server, writers, random);
  }

  await using server = await startServer(folder.path);
  await checkAll(server, writers, [shared, spoken]);
  for (const writer of writers) await writer.finish(server.ask);
  const stored = await checkAll(server, writers, [shared, spoken]);
  checkExactlyOnce(stored, writers);
  report(context, stored, writers);
  await checkIndex(server, stored);
});

/** Three append to one thread, one at a time or many at once; two send in another. */
async function openThreads(folder: string, random: () => number) {
  await using server = await startServer(folder);
  const shared = await threadWith(server, [], { title: 'Kitchen' });
  const spoken = await threadWith(server, [], { title: 'Questions' });
  const appends = (name: string, most: number) => {
    let count = 0;
    return aWriter(() => {
      count += 1;
      const texts = Array.from({ length: 1 + Math.floor(random() * most) }, (_, at) =>
        aText(random, `${name}${count}x${at}`),
      );
      return { kind: 'append', threadId: shared, texts };
    });
  };
  const sends = (name: string) => {
    let count = 0;
    return aWriter(() => {
      count += 1;
      return { kind: 'send', threadId: spoken, texts: [aText(random, `${name}${count}`)] };
    });
  };
  await server.end('SIGTERM');
  return { shared, spoken, writers: [appends('a', 1), appends('b', 1), appends('c', 5), sends('d'), sends('e')] };
}

const SUBJECTS = ['The kettle', 'Our oven', 'That cupboard', 'The blue lamp', 'A drawer', 'The tap'];
const VERBS = ['leaks since', 'was repaired', 'needs paint before', 'cost 40 euros', 'goes to Marta', 'squeaks until'];
const TIMES = ['on Monday', 'in May', 'at noon', 'next week', 'after the holidays'];

function aText(random: () => number, word: string): string {
  const one = (list: readonly string[]) => list[Math.floor(random() * list.length)];
  return `${one(SUBJECTS)} ${one(VERBS)} ${one(TIMES)} ${word}`;
}

async function writeUntilKilled(server: ServerProcess, writers: readonly Writer[], random: () => number) {
  const killAt = Math.floor(random() * ANSWERS_BEFORE_A_KILL);
  const killAfter = random() < 0.5 ? null : random() * MILLISECONDS_BEFORE_A_KILL;
  const due = Promise.withResolvers<undefined>();
  let answers = 0;
  const writing = writers.map((writer) =>
    writer.writeUntilGone(server.ask, () => {
      answers += 1;
      if (answers >= killAt) due.resolve(undefined);
    }),
  );
  if (killAt === 0) due.resolve(undefined);
  await due.promise;
  if (killAfter !== null) await delay(killAfter);
  const { signal } = await server.end('SIGKILL');
  assert.equal(signal, 'SIGKILL', `the server ended by itself:\n${server.stderr()}`);
  await Promise.all(writing);
}

/** Everything that must be true after a start. Gives all that is stored. */
async function checkAll(server: ServerProcess, writers: readonly Writer[], threadIds: readonly string[]) {
  const threads = await Promise.all(threadIds.map((threadId) => readThread(server, threadId)));
  const stored = threads.flat();
  const byId = new Map(stored.map((message) => [message.id, message]));
  assert.equal(byId.size, stored.length, 'no message is there twice');
  for (const { told } of writers) {
    for (const message of told) assert.deepEqual(byId.get(message.id), message, 'what was acknowledged is there');
  }
  assert.deepEqual(
    stored.filter(({ status }) => status === 'PENDING'),
    [],
    'no reply is left being written',
  );
  const texts = new Set(stored.map(({ content }) => content));
  for (const writer of writers) {
    const write = writer.unanswered();
    if (write === null) continue;
    const there = write.texts.filter((text) => texts.has(text)).length;
    assert.ok(there === 0 || there === write.texts.length, 'a batch is there whole or not at all');
  }
  return stored;
}

async function readThread(server: ServerProcess, id: string): Promise<Told[]> {
  const stored: Told[] = [];
  for (let after: string | null = null; ;) {
    const { data, errors } = await server.ask(
      `query ($id: ID!, $after: String) { thread(id: $id) { messageCount messages(first: 100, after: $after) {
        edges { node { id seq role status content } } pageInfo { endCursor hasNextPage } } } }`,
      { id, after },
    );
    assert.equal(errors, undefined);
    stored.push(...toldMessages.parse(valuesAt(data, 'thread.messages.edges.*.node')));
    if (valueAt(data, 'thread.messages.pageInfo.hasNextPage') === true) {
      after = textAt(data, 'thread.messages.pageInfo.endCursor');
      continue;
    }
    assert.equal(valueAt(data, 'thread.messageCount'), stored.length, 'the thread counts its messages right');
    assert.deepEqual(
      stored.map(({ seq }) => seq),
      stored.map((_, at) => at + 1),
      'messages are in order, without a gap',
    );
    return stored;
  }
}

function checkExactlyOnce(stored: readonly Told[], writers: readonly Writer[]) {
  const said = stored.filter(({ role }) => role === 'USER').map(({ content }) => content);
  const asked = writers.flatMap(({ writes }) => writes.flatMap(({ texts }) => texts));
  assert.deepEqual(said.toSorted(), asked.toSorted(), 'all that was ever asked for is there exactly once');

  const sends = writers.flatMap(({ writes }) => writes.filter(({ kind }) => kind === 'send'));
  const replies = stored.filter(({ role }) => role === 'ASSISTANT');
  assert.equal(replies.length, sends.length, 'each message that was sent has one reply');
  for (const reply of replies) assert.match(reply.status, /^(COMPLETE|FAILED)$/);
}

/** How much the kills put to the test; none of it would be none. */
function report(context: TestContext, stored: readonly Told[], writers: readonly Writer[]) {
  const interrupted = stored.filter(({ status }) => status === 'FAILED').length;
  const writes = writers.flatMap((writer): Write[] => writer.writes).length;
  context.diagnostic(`${writes} writes, ${stored.length} messages, ${interrupted} replies interrupted`);
  assert.ok(writes > 2 * KILLS);
}

const SEARCHES_AT_ONCE = 40;

/** What waits for its vectors gets them, and every message is found by the word that only it has. */
async function checkIndex(server: ServerProcess, stored: readonly Told[]) {
  await eventually('the index to catch up', async () => {
    const { data } = await server.ask('{ viewer { pendingIndexing } }');
    return valueAt(data, 'viewer.pendingIndexing') === 0 ? true : null;
  });
  const said = stored.filter(({ role }) => role === 'USER');
  for (let from = 0; from < said.length; from += SEARCHES_AT_ONCE) {
    const some = said.slice(from, from + SEARCHES_AT_ONCE);
    const searches = some.map(({ content }, at) => {
      const word = JSON.stringify(content.split(' ').at(-1));
      return `s${at}: searchMessages(query: ${word}, mode: KEYWORD, filter: { roles: [USER] }) {
        edges { node { message { id } } } }`;
    });
    const { data, errors } = await server.ask(`{ ${searches.join('\n')} }`);
    assert.equal(errors, undefined);
    for (const [at, { id, content }] of some.entries()) {
      // Whose neighbours have the word are found too, behind it.
      const [first] = valuesAt(data, `s${at}.edges.*.node.message.id`);
      assert.equal(first, id, `“${content}” is found by its last word`);
    }
  }
  for (let from = 0; from < stored.length; from += 100) {
    const ids = stored.slice(from, from + 100).map(({ id }) => id);
    const { data } = await server.ask(`query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Message { indexing } } }`, {
      ids,
    });
    assert.deepEqual(
      valueAt(data, 'nodes'),
      ids.map(() => ({ indexing: 'READY' })),
    );
  }
}
