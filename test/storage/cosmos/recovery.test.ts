import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CosmosClient } from '@azure/cosmos';
import { SkeinError } from '../../../src/core/errors.ts';
import type { Engine } from '../../../src/storage/store.ts';
import { aCall, aMessage, anOutcome, aPendingReply, aScope, BUILT_AT, messageKeyIn } from '../../support/builders.ts';
import type { CosmosEmulator } from '../../support/cosmos/emulator.ts';
import { aModel, embedAll, foundByMeaning, foundByWord } from '../contract/searching.ts';
import { messagesOf, messagesSaying, startThread, threadNow } from '../contract/setting.ts';
import { connectTo, DATABASE, openSetting } from './setting.ts';

const scope = aScope();
const BRIEF = { patience: { requestMs: 5_000, budgetMs: 40, lostMs: 40, firstPauseMs: 5 } };
const DAY = { from: '2026-11-23', to: '2026-11-23' };
const DAYS = { from: '2026-11-01', to: '2026-12-31' };

/** Breaks off what is done after so many writes have gone well. Gives whether it was. */
async function brokenOff(emulator: CosmosEmulator, writes: number, work: () => Promise<unknown>): Promise<boolean> {
  const fault = emulator.faults.add({
    match: { operation: 'batch' },
    skip: writes,
    effect: { kind: 'status', status: 503 },
  });
  try {
    await work();
  } catch (error) {
    assert(error instanceof SkeinError && error.code === 'UNAVAILABLE', String(error));
  }
  emulator.faults.clear();
  return fault.hits() > 0;
}

async function fill(engine: Engine, count: number) {
  const { thread, key } = await startThread(engine, scope, { metadata: { topic: 'water' } });
  for (let at = 0; at < count; at += 50) {
    await engine.messages.append(
      scope,
      thread.id,
      messagesSaying(...Array.from({ length: 50 }, () => 'the kayak')),
      aCall(),
    );
  }
  return { thread, key };
}

/** The engine itself carries the deletion through meanwhile: a write that meets it is told to come again, and does. */
async function untilAvailable(write: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await write();
      return;
    } catch (error) {
      if (!(error instanceof SkeinError) || error.code !== 'UNAVAILABLE' || attempt === 20) throw error;
    }
  }
}

describe('a deletion that is broken off', () => {
  for (const writes of [0, 1, 2, 3, 4, 5, 6, 7]) {
    test(`after ${String(writes)} writes shows the thread whole or not at all, and is carried through by a sweep`, async () => {
      await using setting = await openSetting({}, BRIEF);
      const { engine, emulator } = setting;
      const { thread, key } = await fill(engine, 150);
      const ledger = await engine.ledger.read(scope, DAY, aCall());
      await brokenOff(emulator, writes, () => engine.threads.delete(scope, thread.id, aCall()));

      const isThere = (await threadNow(engine, scope, key)) !== null;
      assert.equal(isThere, writes === 0);
      assert.equal((await messagesOf(engine, scope, key)).length, isThere ? 150 : 0);
      assert.equal(await engine.threads.count(scope, {}, aCall()), isThere ? 1 : 0);
      assert.deepEqual(await engine.ledger.read(scope, DAY, aCall()), ledger);
      if (isThere) await engine.threads.delete(scope, thread.id, aCall());

      assert.equal(await engine.threads.sweepExpired(10, aCall()), 0);
      assert.deepEqual(await foundByWord(engine, scope, 'kayak'), []);
      assert.equal(await engine.index.countPending(scope, aCall()), 0);
      assert.deepEqual(await engine.ledger.read(scope, DAY, aCall()), ledger);
      const again = await startThread(engine, scope, { id: thread.id });
      assert.equal(again.thread.messageCount, 0);
    });
  }

  test('is carried through when a thread is made with its id', async () => {
    await using setting = await openSetting({}, BRIEF);
    const { engine, emulator } = setting;
    const { thread, key } = await fill(engine, 150);
    assert(await brokenOff(emulator, 1, () => engine.threads.delete(scope, thread.id, aCall())));
    await untilAvailable(() => startThread(engine, scope, { id: thread.id, title: 'New' }));
    assert.deepEqual(await messagesOf(engine, scope, key), []);
    assert.deepEqual(await foundByWord(engine, scope, 'kayak'), []);
  });
});

test('what a deletion that is broken off has left is no candidate, and other threads have its place', async () => {
  await using setting = await openSetting({}, BRIEF);
  const { engine, emulator } = setting;
  await engine.index.adopt(aModel(), aCall());
  const left = await startThread(engine, scope, {}, messagesSaying('kayak', 'kayak', 'kayak'));
  await startThread(engine, scope, {}, messagesSaying('kayak at last'));
  await embedAll(engine, scope);
  await brokenOff(emulator, 1, () => engine.threads.delete(scope, left.thread.id, aCall()));

  for (const limit of [1, 200]) {
    assert.deepEqual(await foundByWord(engine, scope, 'kayak', {}, limit), ['kayak at last']);
    assert.deepEqual(await foundByMeaning(engine, scope, 'kayak', {}, limit), ['kayak at last']);
  }
});

test('nor is it where the service ranks, as there is much that has the words', async () => {
  await using setting = await openSetting({}, BRIEF);
  const { engine, emulator } = setting;
  const left = await fill(engine, 600);
  await startThread(engine, scope, {}, messagesSaying('kayak at last'));
  await fill(engine, 500);
  await brokenOff(emulator, 1, () => engine.threads.delete(scope, left.thread.id, aCall()));
  assert.equal((await foundByWord(engine, scope, 'kayak', {}, 550)).length, 501);
});

describe('what filters ask of a thread', () => {
  for (const writes of [1, 2, 3, 4]) {
    test(`a change of it, broken off after ${String(writes)} writes, is carried through by a sweep`, async () => {
      await using setting = await openSetting({}, BRIEF);
      const { engine, emulator } = setting;
      const { thread } = await fill(engine, 150);
      const change = { metadata: { topic: 'fire' } };
      await brokenOff(emulator, writes, () => engine.threads.update(scope, thread.id, change, null, aCall()));
      await engine.threads.sweepExpired(10, aCall());
      assert.equal((await foundByWord(engine, scope, 'kayak', { threadMetadata: { topic: 'fire' } })).length, 150);
      assert.deepEqual(await foundByWord(engine, scope, 'kayak', { threadMetadata: { topic: 'water' } }), []);
    });
  }

  test('is found by meaning as it is now', async () => {
    await using setting = await openSetting();
    const { engine } = setting;
    await engine.index.adopt(aModel(), aCall());
    const { thread } = await startThread(engine, scope, { metadata: { topic: 'water' } }, messagesSaying('kayak'));
    await embedAll(engine, scope);
    await engine.threads.update(scope, thread.id, { metadata: { topic: 'fire' } }, null, aCall());
    assert.deepEqual(await foundByMeaning(engine, scope, 'kayak', { threadMetadata: { topic: 'fire' } }), ['kayak']);
    assert.deepEqual(await foundByMeaning(engine, scope, 'kayak', { threadMetadata: { topic: 'water' } }), []);
  });
});

describe('the ledger', () => {
  /** A month of days, which is more than a head keeps to itself. */
  const month = () =>
    Array.from({ length: 30 }, (_, day) => aMessage({ model: 'm', createdAt: BUILT_AT + day * 86_400_000 }));

  test('is given its counts while the service runs, and counts none twice', async () => {
    await using setting = await openSetting();
    const { engine, emulator } = setting;
    const { thread } = await startThread(engine, scope);
    for (let round = 1; round <= 3; round += 1) {
      await engine.messages.append(scope, thread.id, month(), aCall());
      const lines = await engine.ledger.read(scope, DAYS, aCall());
      assert.deepEqual(
        lines.map(({ messages }) => messages),
        lines.map(() => round),
      );
    }
    await engine.close();
    assert(emulator.requests.some(({ operation, resource }) => operation === 'batch' && resource.includes('ledger')));
    const other = await connectTo(emulator);
    assert.equal((await other.ledger.read(scope, DAYS, aCall())).length, 30);
    await other.close();
  });

  for (const writes of Array.from({ length: 12 }, (_, at) => at)) {
    test(`of a deleted thread is whole when its settling is broken off after ${String(writes)} writes`, async () => {
      await using setting = await openSetting({}, BRIEF);
      const { engine, emulator } = setting;
      const reply = aPendingReply();
      const days = [0, 1, 2].map((day) => aMessage({ createdAt: BUILT_AT + day * 86_400_000 }));
      const { thread, key } = await startThread(engine, scope, {}, [...days, reply]);
      await engine.messages.finish(scope, messageKeyIn(key, reply), anOutcome(), aCall());
      const before = await engine.ledger.read(scope, DAYS, aCall());
      assert.equal(before.length, 4);
      await brokenOff(emulator, writes, () => engine.threads.delete(scope, thread.id, aCall()));
      assert.deepEqual(await engine.ledger.read(scope, DAYS, aCall()), before);
      await engine.threads.delete(scope, thread.id, aCall());
      await engine.threads.sweepExpired(10, aCall());
      assert.deepEqual(await engine.ledger.read(scope, DAYS, aCall()), before);
    });
  }
});

describe('two servers on one account', () => {
  test('append to one thread at once without gap, duplicate or loss', async () => {
    await using setting = await openSetting();
    const { engine, emulator } = setting;
    const other = await connectTo(emulator);
    const { thread, key } = await startThread(engine, scope);
    const batches = Array.from({ length: 20 }, (_, at) => messagesSaying(`${String(at)} a`, `${String(at)} b`));
    await Promise.all(
      batches.map((batch, at) => (at % 2 === 0 ? engine : other).messages.append(scope, thread.id, batch, aCall())),
    );
    const stored = await messagesOf(other, scope, key);
    assert.deepEqual(
      stored.map(({ seq }) => seq),
      Array.from({ length: 40 }, (_, at) => at + 1),
    );
    assert.equal(new Set(stored.map(({ content }) => content)).size, 40);
    await other.close();
  });

  test('a server that remembers where threads ended still sees what another one has appended since, and deleted', async () => {
    await using setting = await openSetting();
    const { engine, emulator } = setting;
    const other = await connectTo(emulator);
    const threads = await Promise.all(
      [1, 2, 3].map(() => startThread(engine, scope, {}, messagesSaying('a', 'b', 'c'))),
    );
    const window = { from: 'end', limit: 2, after: null, before: null } as const;
    const ends = async () => {
      const queries = threads.map(({ key }) => ({ thread: key, filter: {}, window }));
      const pages = await engine.messages.list(scope, queries, aCall());
      return pages.map(({ items, more }) => [...items.map(({ content }) => content), more].join());
    };
    assert.deepEqual(await ends(), ['b,c,true', 'b,c,true', 'b,c,true']);
    const [first, second, third] = threads;
    assert(first !== undefined && second !== undefined && third !== undefined);
    const more = messagesSaying(...Array.from({ length: 30 }, (_, at) => String(at)));
    await other.messages.append(scope, first.thread.id, more, aCall());
    for (const message of await messagesOf(other, scope, second.key)) {
      if (message.content !== 'a') await other.messages.delete(scope, messageKeyIn(second.key, message), aCall());
    }
    await other.threads.delete(scope, third.thread.id, aCall());
    await startThread(other, scope, { id: third.thread.id }, messagesSaying('new'));
    assert.deepEqual(await ends(), ['28,29,true', 'a,false', 'new,false']);
    await other.close();
  });
});

test('Cosmos DB removes by itself what has expired, also when no server runs: messages soon, the head when its counts had time', async () => {
  await using setting = await openSetting();
  const { engine, emulator } = setting;
  await engine.index.adopt(aModel(), aCall());
  const { thread } = await startThread(engine, scope, { expiresAt: BUILT_AT + 60_000 }, messagesSaying('one', 'two'));
  const kept = await startThread(engine, scope, {}, messagesSaying('kept'));
  await embedAll(engine, scope);
  const client = new CosmosClient({ endpoint: emulator.endpoint, key: emulator.key });
  const kinds = async () => {
    const query = {
      query: 'SELECT VALUE c.kind FROM c WHERE c.threadId = @thread',
      parameters: [{ name: '@thread', value: thread.id }],
    };
    const { resources } = await client.database(DATABASE).container('threads').items.query<string>(query).fetchAll();
    return resources.sort();
  };
  assert.deepEqual(await kinds(), ['head', 'message', 'message', 'passage', 'passage']);
  emulator.clock.advance(2 * 3_600_000);
  assert.deepEqual(await kinds(), ['head']);
  const lines = await engine.ledger.read(scope, DAY, aCall());
  assert.equal(lines[0]?.messages, 3);
  emulator.clock.advance(31 * 86_400_000);
  assert.deepEqual(await kinds(), []);
  assert.equal((await messagesOf(engine, scope, kept.key)).length, 1);
  client.dispose();
});

test('a physical partition that splits under a tenant is seen through', async () => {
  await using setting = await openSetting({ ranges: 2 });
  const { engine, emulator } = setting;
  await engine.index.adopt(aModel(), aCall());
  for (let at = 0; at < 30; at += 1) await startThread(engine, scope, {}, messagesSaying('the kayak'));
  await embedAll(engine, scope);
  assert.equal((await foundByWord(engine, scope, 'kayak')).length, 30);
  const container = { database: DATABASE, container: 'threads' };
  for (let round = 0; round < 3; round += 1) {
    for (let range = emulator.rangeCount(container) - 1; range >= 0; range -= 1) emulator.split(container, range);
    assert.equal((await foundByWord(engine, scope, 'kayak')).length, 30);
    assert.equal((await foundByMeaning(engine, scope, 'the kayak')).length, 30);
    assert.equal(await engine.threads.count(scope, {}, aCall()), 30);
    const order = { field: 'CREATED_AT', direction: 'ASC' } as const;
    const page = await engine.threads.list(
      scope,
      {},
      order,
      { from: 'start', limit: 100, after: null, before: null },
      aCall(),
    );
    assert.equal(page.items.length, 30);
  }
});
