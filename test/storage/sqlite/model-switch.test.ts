import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openConnection } from '../../../src/storage/sqlite/connection.ts';
import { openSqlite } from '../../../src/storage/sqlite/engine.ts';
import { integer } from '../../../src/storage/sqlite/rows.ts';
import type { Engine } from '../../../src/storage/store.ts';
import { aCall, aMessage, aScope, messageKeyIn } from '../../support/builders.ts';
import { eventually } from '../../support/eventually.ts';
import { aModel, embedAll, embedded, foundByMeaning, waitingOf } from '../contract/searching.ts';
import { startThread } from '../contract/setting.ts';
import { aDataFile, openFor } from './open-engine.ts';

const scope = aScope();
const NEXT = aModel('letters-2');
/** More than one block has. */
const COUNT = 1_500;

function rowsIn(path: string, table: string): number {
  const db = openConnection({ path, readOnly: true, cacheKiB: 1_000 });
  try {
    return integer(db.prepare(`SELECT count(*) AS n FROM ${table}`).get() ?? {}, 'n');
  } finally {
    db.close();
  }
}

async function fill(engine: Engine, count: number) {
  await engine.index.adopt(aModel(), aCall());
  const messages = Array.from({ length: count }, (_, at) => aMessage({ content: `kayak ${String(at)}` }));
  const { key } = await startThread(engine, scope);
  for (let at = 0; at < count; at += 100) {
    await engine.messages.append(scope, key.thread, messages.slice(at, at + 100), aCall());
  }
  await embedAll(engine, scope);
  return { key, messages };
}

async function build(engine: Engine): Promise<void> {
  const tasks = await waitingOf(engine, scope, NEXT.model);
  await engine.index.store(
    tasks.map((task) => ({ ...embedded(task), model: NEXT.model })),
    aCall(),
  );
}

describe('a switch of models in an SQLite file', () => {
  test('leaves nothing of the old vectors, also when it was stopped before it removed them', async (t) => {
    const path = aDataFile(t);
    const first = await openSqlite({ path });
    await fill(first, COUNT);
    await first.index.adopt(NEXT, aCall());
    await build(first);
    assert.equal(rowsIn(path, 'passages'), 2 * COUNT);
    assert.equal(await first.index.promote(NEXT.model, aCall()), true);
    await first.close();

    const second = await openFor(t, { path });
    assert.equal(rowsIn(path, 'passages'), 2 * COUNT, 'a query by the old model may be under way');
    await second.index.adopt(NEXT, aCall());
    await second.index.discard(aCall());
    assert.equal(rowsIn(path, 'passages'), COUNT);
    assert.equal(rowsIn(path, 'vector_models'), 1);
  });

  test('that was given up is removed by itself, and search goes on', async (t) => {
    const path = aDataFile(t);
    const engine = await openFor(t, { path });
    await fill(engine, 300);
    const blocks = rowsIn(path, 'passage_blocks');
    await engine.index.adopt(NEXT, aCall());
    await build(engine);
    await engine.index.adopt(aModel(), aCall());
    await eventually('what was built to be gone', () =>
      Promise.resolve(rowsIn(path, 'vector_models') === 1 ? true : null),
    );
    assert.deepEqual([rowsIn(path, 'passages'), rowsIn(path, 'passage_blocks')], [300, blocks]);
    assert.equal((await foundByMeaning(engine, scope, 'kayak', {}, 300)).length, 300);
  });

  test('keeps nothing of what is deleted, by whichever model', async (t) => {
    const path = aDataFile(t);
    const engine = await openFor(t, { path });
    const { key, messages } = await fill(engine, 50);
    await engine.index.adopt(NEXT, aCall());
    await build(engine);
    await engine.messages.append(scope, key.thread, [aMessage({ content: 'late' })], aCall());
    for (const message of messages.slice(0, 10)) {
      await engine.messages.delete(scope, messageKeyIn(key, message), aCall());
    }
    assert.equal(rowsIn(path, 'passages'), 2 * 40);
    await engine.threads.delete(scope, key.thread, aCall());
    for (const table of ['passages', 'passage_blocks', 'building_queue']) assert.equal(rowsIn(path, table), 0, table);
  });
});
