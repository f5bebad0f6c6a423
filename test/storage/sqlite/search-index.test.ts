import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { MessageFilter } from '../../../src/core/filter.ts';
import { newMessageId } from '../../../src/core/ids.ts';
import { openConnection } from '../../../src/storage/sqlite/connection.ts';
import { LOOKED_AT } from '../../../src/storage/sqlite/first-cut.ts';
import { integer } from '../../../src/storage/sqlite/rows.ts';
import type { KeywordCandidates } from '../../../src/storage/candidates.ts';
import type { IndexTask } from '../../../src/storage/indexed.ts';
import type { Engine } from '../../../src/storage/store.ts';
import { aCall, aMessage, aScope, aTenantScope, messageKeyIn } from '../../support/builders.ts';
import { seededRandom } from '../../support/random.ts';
import { aKeywordQuery, aMeaningQuery, aModel, embedAll, foundByWord } from '../contract/searching.ts';
import { messagesSaying, startThread } from '../contract/setting.ts';
import { aDataFile, openFor } from './open-engine.ts';

const scope = aScope();
const MODEL = 'clusters-1';
const DIMENSIONS = 128;

/** Vectors around a few centres, as those of real texts are; uniform ones are all equally far. */
function clusteredVectors(count: number): Float32Array[] {
  const random = seededRandom(7);
  const component = () => random() + random() + random() - 1.5;
  const centres = Array.from({ length: 12 }, () => Float32Array.from({ length: DIMENSIONS }, component));
  return Array.from({ length: count }, (_, at) => {
    const vector = Float32Array.from(centres[at % centres.length] ?? [], (value) => value + component());
    const length = Math.hypot(...vector);
    return vector.map((value) => value / length);
  });
}

async function store(engine: Engine, tasks: readonly IndexTask[], vectors: readonly Float32Array[]): Promise<void> {
  const results = tasks.map(({ tenant, key }, at) => {
    const vector = vectors[at] ?? new Float32Array(DIMENSIONS);
    const outcome = { kind: 'embedded' as const, passages: [{ start: 0, end: 1, vector }] };
    return { tenant, key, model: MODEL, outcome };
  });
  await engine.index.store(results, aCall());
}

function rowsIn(path: string, table: string): number {
  const db = openConnection({ path, readOnly: true, cacheKiB: 1_000 });
  try {
    return integer(db.prepare(`SELECT count(*) AS n FROM ${table}`).get() ?? {}, 'n');
  } finally {
    db.close();
  }
}

describe('the search index', () => {
  test('what one owner’s search knows of words does not depend on other owners', async (t) => {
    const engine = await openFor(t, { path: aDataFile(t) });
    await startThread(engine, scope, {}, messagesSaying('the kayak', 'nothing', 'nothing', 'nothing'));
    const query = aKeywordQuery({ terms: ['kayak', 'paddle'] });
    const before = await engine.candidates.byKeyword(scope, query, {}, 10, aCall());
    for (const other of [aScope('bob'), aScope('ada', 'other')]) {
      await startThread(engine, other, {}, messagesSaying('kayak', 'kayak', 'kayak paddle', 'paddle'));
    }
    assert.deepEqual(await engine.candidates.byKeyword(scope, query, {}, 10, aCall()), before);
    // Both neighbours hear of the kayak, and one of them is two away.
    assert.deepEqual(before.statistics, { messages: 4, frequencies: [3, 0] });
    const all = await engine.candidates.byKeyword(aTenantScope(), query, {}, 10, aCall());
    assert.deepEqual(all.statistics, { messages: 8, frequencies: [7, 3] });
  });

  test('how near what words found is to a vector that has come meanwhile is told in the same request', async (t) => {
    const engine = await openFor(t, { path: aDataFile(t) });
    await engine.index.adopt(aModel(), aCall());
    await startThread(engine, scope, {}, messagesSaying('kayak'));
    await embedAll(engine, scope);
    const { vector, model } = aMeaningQuery('kayak');
    const near = { model, dimensions: vector.length, vector: Promise.resolve(vector) };
    const query = aKeywordQuery({ terms: ['kayak'], near });
    // A busy machine may stop this thread before it hands the vector over.
    let told: KeywordCandidates['nearness'];
    for (let at = 0; at < 20 && told === undefined; at += 1) {
      told = (await engine.candidates.byKeyword(scope, query, {}, 10, aCall())).nearness;
    }
    assert.equal(told?.length, 1);
    const [nearest] = told;
    assert(nearest != null && nearest.cosine > 0.98);
    assert.deepEqual(nearest.passage, { start: 0, end: 5 });
  });

  test('a search sees one state of the file: what is deleted under way does not make it fail', async (t) => {
    const engine = await openFor(t, { path: aDataFile(t) });
    const messages = Array.from({ length: 100 }, () => aMessage({ content: 'kayak' }));
    const { key } = await startThread(engine, scope, {}, messages);
    let isDone = false;
    const deleting = async (): Promise<void> => {
      for (const message of messages) await engine.messages.delete(scope, messageKeyIn(key, message), aCall());
      isDone = true;
    };
    const searching = async (): Promise<void> => {
      while (!isDone) {
        await engine.candidates.byKeyword(scope, aKeywordQuery({ terms: ['kayak'] }), {}, 200, aCall());
      }
    };
    await Promise.all([deleting(), searching()]);
  });

  test('a filter acts before the first cut by words, too: it finds the few among too many to look at', async (t) => {
    const engine = await openFor(t, { path: aDataFile(t) });
    const terms = ['kayak', 'lake'];
    // Found by what was said around them alone; and so many that say it themselves that a search looks at those first.
    const few = [aMessage({ content: 'moon', author: 'Mara' }), aMessage({ content: 'sun', author: 'Mara' })];
    const [first, last] = [messagesSaying('lake'), messagesSaying('kayak')];
    const { key } = await startThread(engine, scope, {}, [...first, ...few, ...last]);
    const many = Array.from({ length: 100 }, () => aMessage({ content: 'kayak lake' }));
    for (let stored = 0; stored < 1.1 * LOOKED_AT; stored += 100) {
      const again = many.map((message) => ({ ...message, id: newMessageId(key, null) }));
      await engine.messages.append(scope, key.thread, again, aCall());
    }
    const find = (filter: MessageFilter) =>
      engine.candidates.byKeyword(scope, aKeywordQuery({ terms }), filter, 10, aCall());
    const { candidates } = await find({ authors: ['Mara'] });
    assert.deepEqual(new Set(candidates.map((one) => one.key.message)), new Set(few.map(({ id }) => id)));
    assert.equal((await find({})).candidates.length, 10);
  });

  test('the first cut by bits finds what comparing every vector finds', async (t) => {
    const engine = await openFor(t, { path: aDataFile(t) });
    await engine.index.adopt(aModel(MODEL, DIMENSIONS), aCall());
    const vectors = clusteredVectors(1_500);
    for (let at = 0; at < vectors.length; at += 1) {
      await startThread(engine, aScope(`owner-${String(at % 3)}`), {}, messagesSaying(String(at)));
    }
    const tasks = await engine.index.waiting(MODEL, { from: 'oldest', limit: 10_000 }, aCall());
    await store(
      engine,
      tasks,
      tasks.map(({ message }) => vectors[Number(message.content)] ?? new Float32Array(DIMENSIONS)),
    );
    let found = 0;
    const queries = clusteredVectors(1_520).slice(1_500);
    for (const vector of queries) {
      const nearest = vectors
        .map((other, at) => ({
          at,
          cosine: other.reduce((sum, value, place) => sum + value * (vector[place] ?? 0), 0),
        }))
        .sort((one, other) => other.cosine - one.cosine)
        .slice(0, 10);
      const query = aMeaningQuery('', { vector, model: MODEL });
      const { candidates } = await engine.candidates.byMeaning(aTenantScope(), query, {}, 10, aCall());
      const messages = await engine.messages.get(
        aTenantScope(),
        candidates.map(({ key }) => key),
        aCall(),
      );
      const contents = new Set(messages.map((message) => message?.content));
      found += nearest.filter(({ at }) => contents.has(String(at))).length;
    }
    assert(found / (10 * queries.length) >= 0.95, `recall at 10 is ${String(found / (10 * queries.length))}`);
  });

  test('holds more passages than a block, and uses again the places of removed ones', async (t) => {
    const path = aDataFile(t);
    const engine = await openFor(t, { path });
    await engine.index.adopt(aModel(MODEL, DIMENSIONS), aCall());
    const vectors = clusteredVectors(600);
    const messages = vectors.map((_, at) => aMessage({ content: `message ${String(at)}` }));
    const { key } = await startThread(engine, scope, {}, messages.slice(0, 100));
    for (let at = 100; at < 600; at += 100) {
      await engine.messages.append(scope, key.thread, messages.slice(at, at + 100), aCall());
    }
    await store(engine, await engine.index.waiting(MODEL, { from: 'oldest', limit: 1_000 }, aCall()), vectors);
    assert.equal(rowsIn(path, 'passage_blocks'), 3);
    for (const message of messages.slice(0, 300)) {
      await engine.messages.delete(scope, messageKeyIn(key, message), aCall());
    }
    await engine.messages.append(scope, key.thread, messagesSaying(...Array.from({ length: 100 }, String)), aCall());
    await store(engine, await engine.index.waiting(MODEL, { from: 'oldest', limit: 1_000 }, aCall()), vectors);
    assert.equal(rowsIn(path, 'passages'), 400);
    assert(rowsIn(path, 'passage_blocks') <= 3);
    const query = aMeaningQuery('', { vector: vectors[0] ?? new Float32Array(DIMENSIONS), model: MODEL });
    const { candidates } = await engine.candidates.byMeaning(scope, query, {}, 1_000, aCall());
    assert.equal(candidates.length, 400);
  });

  test('keeps nothing of what was deleted', async (t) => {
    const path = aDataFile(t);
    const engine = await openFor(t, { path });
    await engine.index.adopt(aModel(MODEL, DIMENSIONS), aCall());
    const messages = messagesSaying('one zeppelin', 'two zeppelins', 'three zeppelins', ' ');
    const { key } = await startThread(engine, scope, {}, messages);
    const other = await startThread(engine, scope, {}, messagesSaying('a zeppelin'));
    await store(
      engine,
      await engine.index.waiting(MODEL, { from: 'oldest', limit: 1_000 }, aCall()),
      clusteredVectors(4),
    );
    for (const message of messages) await engine.messages.delete(scope, messageKeyIn(key, message), aCall());
    await engine.threads.delete(scope, other.key.thread, aCall());
    for (const table of ['passages', 'passage_blocks', 'text_index_docsize'])
      assert.equal(rowsIn(path, table), 0, table);
    assert.deepEqual(await foundByWord(engine, scope, 'zeppelin'), []);
  });
});
