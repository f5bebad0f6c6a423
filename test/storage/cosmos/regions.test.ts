import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SkeinError } from '../../../src/core/errors.ts';
import type { Engine } from '../../../src/storage/store.ts';
import { aCall, aMessage, anOutcome, aPendingReply, aScope, messageKeyIn } from '../../support/builders.ts';
import { aKeywordQuery, aModel } from '../contract/searching.ts';
import { messagesOf, startThread, threadNow } from '../contract/setting.ts';
import { openSetting } from './setting.ts';

const REGIONS = ['East US', 'West Europe'];
const PATIENCE = { requestMs: 500, budgetMs: 400, lostMs: 400, firstPauseMs: 10 };
const scope = aScope();

/** What a user does: all of it has to go on when a region is lost. */
async function readEverything(engine: Engine, key: Awaited<ReturnType<typeof startThread>>['key']): Promise<void> {
  const start = { from: 'start', limit: 10, after: null, before: null } as const;
  assert.notEqual(await threadNow(engine, scope, key), null);
  assert.equal((await messagesOf(engine, scope, key)).length, 1);
  const order = { field: 'LAST_MESSAGE_AT', direction: 'DESC' } as const;
  assert.equal((await engine.threads.list(scope, {}, order, start, aCall())).items.length, 1);
  assert.equal(await engine.threads.count(scope, {}, aCall()), 1);
  const found = await engine.candidates.byKeyword(scope, aKeywordQuery({ terms: ['hill'] }), {}, 10, aCall());
  assert.equal(found.candidates.length, 1);
}

test('reads go on from the other region when the first one refuses connections, also those that nothing is known for', async () => {
  await using setting = await openSetting({ regions: REGIONS, ranges: 3 }, { patience: PATIENCE });
  const { engine, emulator } = setting;
  const { key } = await startThread(engine, scope, {}, [aMessage()]);
  await emulator.killRegion('East US');
  emulator.forgetRequests();
  await readEverything(engine, key);
  assert(emulator.requests.every(({ region }) => region === 'West Europe'));
});

test('a region that does not answer is left for the other one, and left alone for a while', async () => {
  await using setting = await openSetting({ regions: REGIONS }, { patience: PATIENCE });
  const { engine, emulator } = setting;
  const { key } = await startThread(engine, scope, {}, [aMessage()]);
  const hanging = emulator.faults.add({ match: { region: 'East US' }, effect: { kind: 'hang' } });
  await readEverything(engine, key);
  assert.equal(hanging.hits(), 1);
});

test('reads come from the region that the configuration names first, writes go to the write region', async () => {
  await using setting = await openSetting({ regions: REGIONS }, { regions: ['westeurope'] });
  const { engine, emulator } = setting;
  emulator.forgetRequests();
  const { key } = await startThread(engine, scope, {}, [aMessage()]);
  await messagesOf(engine, scope, key);
  for (const { operation, region } of emulator.requests) {
    assert.equal(region, operation === 'batch' ? 'East US' : 'West Europe', operation);
  }
});

test('a write to a region that is lost is UNAVAILABLE and says when to try again; it goes on where the account takes it', async () => {
  await using setting = await openSetting({ regions: REGIONS }, { patience: PATIENCE });
  const { engine, emulator } = setting;
  const { thread, key } = await startThread(engine, scope);
  await emulator.killRegion('East US');
  const message = aMessage();
  await assert.rejects(engine.messages.append(scope, thread.id, [message], aCall()), (error: unknown) => {
    assert(error instanceof SkeinError);
    return error.code === 'UNAVAILABLE' && (error.retryAfterMs ?? 0) > 0;
  });
  await emulator.failOver('West Europe');
  const { messages } = await engine.messages.append(scope, thread.id, [message], aCall());
  assert.equal(messages[0]?.created, true);
  assert.equal((await messagesOf(engine, scope, key)).length, 1);
});

test('when the account moves its writes, a write that comes to the old region goes on to the new one', async () => {
  await using setting = await openSetting({ regions: REGIONS }, { patience: PATIENCE });
  const { engine, emulator } = setting;
  const { thread } = await startThread(engine, scope);
  await emulator.failOver('West Europe');
  const { messages } = await engine.messages.append(scope, thread.id, [aMessage()], aCall());
  assert.equal(messages[0]?.created, true);
});

test('losing the write region under a load loses no message that was acknowledged, and stores none twice', async () => {
  await using setting = await openSetting({ regions: REGIONS }, { patience: PATIENCE });
  const { engine, emulator } = setting;
  await engine.index.adopt(aModel(), aCall());
  const threads = await Promise.all(Array.from({ length: 6 }, () => startThread(engine, scope)));
  const acknowledged = threads.map((): string[] => []);
  const load = { isOver: false };
  const isOver = () => load.isOver;

  const append = async (at: number): Promise<void> => {
    const thread = threads[at];
    assert(thread !== undefined);
    for (let message = aMessage(); !isOver(); message = aMessage()) {
      for (let isStored = false; !isStored && !isOver();) {
        isStored = await engine.messages.append(scope, thread.thread.id, [message], aCall()).then(
          () => true,
          (error: unknown) => expectUnavailable(error),
        );
      }
      if (!isOver()) acknowledged[at]?.push(message.id);
    }
  };
  const search = async (): Promise<void> => {
    while (!isOver()) {
      await engine.candidates.byKeyword(scope, aKeywordQuery({ terms: ['hill'] }), {}, 10, aCall());
    }
  };
  const send = async (): Promise<void> => {
    const { thread, key } = await startThread(engine, scope);
    const reply = aPendingReply();
    await engine.messages.append(scope, thread.id, [reply], aCall());
    for (let isStored = false; !isStored;) {
      isStored = await engine.messages.finish(scope, messageKeyIn(key, reply), anOutcome(), aCall()).then(
        ({ reply: { status } }) => status === 'COMPLETE',
        (error: unknown) => expectUnavailable(error),
      );
    }
  };
  const underWay = Promise.all([...threads.keys()].map(append).concat([search(), search()]));
  const count = () => acknowledged.reduce((sum, ids) => sum + ids.length, 0);
  const until = async (holds: () => boolean) => {
    while (!holds()) await new Promise(setImmediate);
  };
  await until(() => count() > 20);
  await emulator.killRegion('East US');
  await emulator.failOver('West Europe');
  const sent = send();
  const before = count();
  await until(() => count() > before + 20);
  load.isOver = true;
  await Promise.all([underWay, sent]);

  for (const [at, { key }] of threads.entries()) {
    const stored = await messagesOf(engine, scope, key);
    const ids = stored.map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length);
    assert.deepEqual(
      stored.map(({ seq }) => seq),
      stored.map((_, place) => place + 1),
    );
    for (const id of acknowledged[at] ?? []) assert(ids.some((stored_) => stored_ === id));
  }
});

function expectUnavailable(error: unknown): false {
  assert(error instanceof SkeinError && error.code === 'UNAVAILABLE', String(error));
  return false;
}
