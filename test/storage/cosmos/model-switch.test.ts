import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Engine } from '../../../src/storage/store.ts';
import { aCall, aScope } from '../../support/builders.ts';
import {
  aMeaningQuery,
  aModel,
  contentsOf,
  embedAll,
  embedded,
  foundByMeaning,
  waitingOf,
} from '../contract/searching.ts';
import { messagesOf, messagesSaying, startThread } from '../contract/setting.ts';
import { connectTo, openSetting } from './setting.ts';

const scope = aScope();
const NEXT = aModel('letters-2');

async function build(engine: Engine): Promise<void> {
  const tasks = await waitingOf(engine, scope, NEXT.model);
  await engine.index.store(
    tasks.map((task) => ({ ...embedded(task), model: NEXT.model })),
    aCall(),
  );
}

async function foundByNext(engine: Engine, text: string): Promise<string[]> {
  const query = aMeaningQuery(text, { model: NEXT.model });
  const { candidates } = await engine.candidates.byMeaning(scope, query, {}, 10, aCall());
  return contentsOf(engine, scope, candidates);
}

describe('a switch of models between servers on the same data', () => {
  test('is seen by another server, whose last vectors of the old model are made anew', async () => {
    await using setting = await openSetting();
    const { engine, emulator } = setting;
    const other = await connectTo(emulator);
    for (const server of [engine, other]) await server.index.adopt(aModel(), aCall());
    const { key } = await startThread(engine, scope, {}, messagesSaying('kayak'));
    await embedAll(engine, scope);
    await engine.index.adopt(NEXT, aCall());
    await build(engine);
    const late = await engine.messages.append(scope, key.thread, messagesSaying('late'), aCall());
    assert.equal(late.messages.length, 1);
    const [task] = await waitingOf(other, scope);
    assert(task !== undefined);
    assert.equal(await engine.index.promote(NEXT.model, aCall()), true);

    // The other server has embedded the late message by the model that does not serve any more.
    await other.index.store([embedded(task)], aCall());
    assert.equal(await other.index.countPending(scope, aCall()), 1);
    assert.deepEqual(await foundByMeaning(other, scope, 'kayak'), ['kayak'], 'it goes on being served meanwhile');
    assert.equal((await other.index.models(aCall())).serving?.model, NEXT.model);
    assert.deepEqual(await foundByNext(other, 'kayak'), ['kayak']);
    await engine.index.discard(aCall());
    assert.deepEqual(await foundByMeaning(other, scope, 'kayak'), []);
    await build(other);
    assert.deepEqual((await foundByNext(engine, 'late')).toSorted(), ['kayak', 'late']);
    assert((await messagesOf(engine, scope, key)).every(({ indexing }) => indexing === 'READY'));
    await other.close();
  });

  test('two that adopt the same new model at once build it together', async () => {
    await using setting = await openSetting();
    const { engine, emulator } = setting;
    const other = await connectTo(emulator);
    await engine.index.adopt(aModel(), aCall());
    await startThread(engine, scope, {}, messagesSaying('kayak', 'moon'));
    await embedAll(engine, scope);
    await Promise.all([engine, other].map((server) => server.index.adopt(NEXT, aCall())));
    await Promise.all([engine, other].map(build));
    const promoted = await Promise.all([engine, other].map((server) => server.index.promote(NEXT.model, aCall())));
    assert(promoted.includes(true));
    for (const server of [engine, other]) {
      const { serving, building } = await server.index.models(aCall());
      assert.deepEqual([serving, building], [NEXT, null]);
      assert.equal((await foundByNext(server, 'kayak')).length, 2);
    }
    await other.close();
  });
});
