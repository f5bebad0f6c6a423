import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { startMeter } from '../../../src/core/meter.ts';
import type { Engine } from '../../../src/storage/store.ts';
import { LOOK_MS } from '../../../src/storage/cosmos/waiting-messages.ts';
import { aCall, aScope } from '../../support/builders.ts';
import { aModel, embedded, MODEL } from '../contract/searching.ts';
import { messagesSaying, startThread } from '../contract/setting.ts';
import { connectTo, openSetting } from './setting.ts';

const scope = aScope();
const OLDEST = { from: 'oldest', limit: 32 } as const;
const AS_SERVED = { lookMs: LOOK_MS };

/** What an engine is told to embed, and how many requests it took to know. */
async function asked(engine: Engine): Promise<{ contents: string[]; requests: number; embed: () => Promise<void> }> {
  const meter = startMeter();
  const tasks = await engine.index.waiting(MODEL, OLDEST, { meter });
  return {
    contents: tasks.map(({ message }) => message.content),
    requests: meter.cost.storageRequests,
    embed: () => engine.index.store(tasks.map(embedded), aCall()),
  };
}

/** Embeds until nothing is left to do; gives how often each text was. */
async function workOff(engine: Engine): Promise<Map<string, number>> {
  const times = new Map<string, number>();
  for (;;) {
    const { contents, embed } = await asked(engine);
    if (contents.length === 0) return times;
    for (const content of contents) times.set(content, (times.get(content) ?? 0) + 1);
    await embed();
  }
}

const numbered = (count: number) =>
  messagesSaying(...Array.from({ length: count }, (_, at) => `message ${String(at)}`));

describe('what waits for vectors', () => {
  test('is known without a request to the server that has stored it, and no other is told while it may see to it', async () => {
    await using setting = await openSetting({}, AS_SERVED);
    const { engine, emulator } = setting;
    const other = await connectTo(emulator, AS_SERVED);
    for (const each of [engine, other]) {
      await each.index.adopt(aModel(), aCall());
      assert.deepEqual((await asked(each)).contents, []);
    }
    await startThread(engine, scope, {}, messagesSaying('one', 'two'));
    const own = await asked(engine);
    assert.deepEqual([own.contents, own.requests], [['one', 'two'], 0]);
    assert.deepEqual((await asked(other)).contents, []);
    await own.embed();
    assert.deepEqual((await asked(engine)).contents, []);
    assert.equal(await engine.index.countPending(scope, aCall()), 0);
    await other.close();
  });

  test('and was left by another server is found at the start, once', async () => {
    await using setting = await openSetting({}, AS_SERVED);
    const { engine, emulator } = setting;
    await engine.index.adopt(aModel(), aCall());
    for (let at = 0; at < 5; at += 1) await startThread(engine, scope, {}, numbered(20));
    const other = await connectTo(emulator, AS_SERVED);
    await other.index.adopt(aModel(), aCall());
    emulator.forgetRequests();
    let looks = 0;
    for (let round = 0; round < 4; round += 1) {
      const { requests, embed } = await asked(other);
      looks += requests === 0 ? 0 : 1;
      await embed();
    }
    assert.equal(looks, 1);
    assert.equal(await other.index.countPending(scope, aCall()), 0);
    await other.close();
  });

  test('is all worked off, however much it is, and once', async () => {
    await using setting = await openSetting({}, AS_SERVED);
    const { engine, emulator } = setting;
    await engine.index.adopt(aModel(), aCall());
    let time = 0;
    const writer = await connectTo(emulator, { now: () => (time += 1_000) });
    const contents = numbered(500);
    for (let at = 0; at < contents.length; at += 100) {
      await startThread(writer, scope, {}, contents.slice(at, at + 100));
    }
    const times = await workOff(engine);
    assert.equal(times.size, 500);
    assert([...times.values()].every((count) => count === 1));
    assert.equal(await engine.index.countPending(scope, aCall()), 0);
    await writer.close();
  });
});
