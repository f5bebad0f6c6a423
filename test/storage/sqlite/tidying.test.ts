import assert from 'node:assert/strict';
import type { DatabaseSync } from 'node:sqlite';
import { describe, test } from 'node:test';
import { setTimeout as rest } from 'node:timers/promises';
import { openConnection, totalChanges } from '../../../src/storage/sqlite/connection.ts';
import { mergeSegments, segmentsOf } from '../../../src/storage/sqlite/segment-merge.ts';
import type { Engine } from '../../../src/storage/store.ts';
import { aCall, aMessage, aScope } from '../../support/builders.ts';
import { eventually } from '../../support/eventually.ts';
import { foundByWord } from '../contract/searching.ts';
import { startThread } from '../contract/setting.ts';
import { aDataFile, openFor } from './open-engine.ts';

const scope = aScope();

/** As many as the index keeps apart: one more of a size, and it merges them itself. */
const APPENDS = 12;

/** A word that only one message has. */
const wordOf = (place: number) => `kayak${String(place)}`;

/** Stores messages one by one, each in a thread of its own; each makes a segment of the text index. */
async function storeOneByOne(engine: Engine, wordsBeside = 0): Promise<void> {
  for (let place = 0; place < APPENDS; place += 1) {
    const beside = Array.from({ length: wordsBeside }, (_, at) => `word${String(place * wordsBeside + at)}`);
    await startThread(engine, scope, {}, [aMessage({ content: [wordOf(place), ...beside].join(' ') })]);
  }
}

function readIn<Found>(path: string, read: (db: DatabaseSync) => Found): Found {
  const db = openConnection({ path, readOnly: true, cacheKiB: 1_000 });
  try {
    return read(db);
  } finally {
    db.close();
  }
}

const segmentsIn = (path: string) => readIn(path, segmentsOf);

async function assertAllFound(engine: Engine): Promise<void> {
  for (let place = 0; place < APPENDS; place += 1) {
    assert.equal((await foundByWord(engine, scope, wordOf(place))).length, 1, wordOf(place));
  }
}

describe('while nobody writes, the text index is tidied', () => {
  test('it ends in few segments, finds what it found, and goes on being written to', async (t) => {
    const path = aDataFile(t);
    const engine = await openFor(t, { path });
    await storeOneByOne(engine);
    assert.equal(segmentsIn(path), APPENDS);
    await eventually('the merge', () => (segmentsIn(path) <= 2 ? true : null));
    await assertAllFound(engine);
    await startThread(engine, scope, {}, [aMessage({ content: 'canoe' })]);
    assert.equal((await foundByWord(engine, scope, 'canoe')).length, 1);
    await assertAllFound(engine);
  });

  test('what was deleted before is not found after it', async (t) => {
    const path = aDataFile(t);
    const engine = await openFor(t, { path });
    const { thread } = await startThread(engine, scope, {}, [aMessage({ content: 'canoe' })]);
    await engine.threads.delete(scope, thread.id, aCall());
    await storeOneByOne(engine);
    await eventually('the merge', () => (segmentsIn(path) <= 2 ? true : null));
    assert.deepEqual(await foundByWord(engine, scope, 'canoe'), []);
    await assertAllFound(engine);
  });

  test('what was left in pieces is tidied after the next start', async (t) => {
    const path = aDataFile(t);
    const engine = await openFor(t, { path });
    await storeOneByOne(engine);
    await engine.close();
    assert.equal(segmentsIn(path), APPENDS);
    const again = await openFor(t, { path });
    await eventually('the merge', () => (segmentsIn(path) <= 2 ? true : null));
    await assertAllFound(again);
  });

  test('not while messages come one after another', async (t) => {
    const path = aDataFile(t);
    const engine = await openFor(t, { path });
    await storeOneByOne(engine);
    const { thread } = await startThread(engine, scope);
    const until = performance.now() + 2_000;
    while (performance.now() < until) {
      await engine.threads.update(scope, thread.id, { title: 'Kayaks' }, null, aCall());
      await rest(50);
    }
    assert.equal(segmentsIn(path), APPENDS);
  });

  test('as few as two of a size are merged, which only a large index would show', async (t) => {
    const path = aDataFile(t);
    const engine = await openFor(t, { path });
    await storeOneByOne(engine);
    await eventually('the merge', () => (segmentsIn(path) <= 2 ? true : null));
    const merged = "SELECT v FROM text_index_config WHERE k = 'usermerge'";
    assert.equal(
      readIn(path, (db) => db.prepare(merged).get()?.['v']),
      2,
    );
  });

  test('a step is small, and few segments are left as they are', async (t) => {
    const path = aDataFile(t);
    const engine = await openFor(t, { path });
    await storeOneByOne(engine, 20_000);
    await engine.close();
    const db = openConnection({ path, readOnly: false, cacheKiB: 1_000 });
    t.after(() => {
      db.close();
    });
    assert(mergeSegments(db, { begun: true }), 'there is more to do');
    // What it writes, and what it removes of what it has read.
    assert(totalChanges(db) < 3 * 64, String(totalChanges(db)));
    while (mergeSegments(db, { begun: true }));
    assert.equal(mergeSegments(db, { begun: false }), false);
  });

  test('on a full disk it says so, and loses nothing', async (t) => {
    const path = aDataFile(t);
    const engine = await openFor(t, { path });
    await storeOneByOne(engine, 1_500);
    await engine.close();
    const told: string[] = [];
    const full = await openFor(t, { path, maxBytes: 4_096, log: (message) => told.push(message) });
    await eventually('a word of it', () => (told.length > 0 ? true : null));
    assert.deepEqual(told, ['The text index could not be tidied yet.']);
    await assertAllFound(full);
  });
});
