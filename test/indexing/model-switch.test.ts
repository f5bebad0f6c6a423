import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { SkeinError } from '../../src/core/errors.ts';
import { startIndexer } from '../../src/indexing/indexer.ts';
import { openServingEmbedder } from '../../src/indexing/serving-embedder.ts';
import type { Embedder } from '../../src/models/embedder.ts';
import { createSearch } from '../../src/search/search.ts';
import { openSqlite } from '../../src/storage/sqlite/engine.ts';
import type { Engine } from '../../src/storage/store.ts';
import { aDataFile, openFor } from '../storage/sqlite/open-engine.ts';
import { messagesSaying, startThread } from '../storage/contract/setting.ts';
import { aCall, aScope } from '../support/builders.ts';
import { aLetterEmbedder } from '../support/letter-embedder.ts';
import { silentLog } from '../support/silent-log.ts';

const scope = aScope();
const HALF = 32;
const COUNT = 100;
const contents = Array.from({ length: COUNT }, (_, at) => `message ${String(at)}`);

/** A model with other vectors: half as long. */
function anotherEmbedder(refuse?: Parameters<typeof aLetterEmbedder>[0]): ReturnType<typeof aLetterEmbedder> {
  const letters = aLetterEmbedder(refuse);
  return {
    ...letters,
    model: 'letters-2',
    dimensions: HALF,
    async embed(texts, options) {
      const vectors = await letters.embed(texts, options);
      return vectors.map((vector) => {
        const half = vector.slice(HALF);
        const length = Math.hypot(...half) || 1;
        return half.map((component) => component / length);
      });
    },
  };
}

async function embedWith(engine: Engine, embedder: Embedder): Promise<void> {
  const indexer = startIndexer({ index: engine.index, embedder, log: silentLog });
  await indexer.idle();
  await indexer.close();
}

/** A search as a server has it in the middle of a switch. */
async function searching(t: TestContext, engine: Engine, embedder: Embedder, former: Embedder | null) {
  const models = await engine.index.adopt(embedder, aCall());
  const serving = await openServingEmbedder(
    { index: engine.index, embedder, open: () => Promise.resolve(former) },
    models,
  );
  t.after(() => serving.close());
  const { candidates, messages } = engine;
  const search = createSearch({ candidates, messages, embedder: serving.current, log: silentLog, now: Date.now });
  const found = async (query: string, mode: 'MEANING' | 'HYBRID'): Promise<string | undefined> => {
    const request = { query, mode, filter: {}, first: 1, after: null };
    const { hits } = await search.messages(scope, request, aCall());
    return hits[0]?.message.content;
  };
  return { serving, found };
}

describe('a switch to another embedding model', () => {
  test('serves from the former vectors while the new ones are made, then from the new ones', async (t) => {
    const engine = await openFor(t, { path: aDataFile(t) });
    const { key } = await startThread(engine, scope, {}, messagesSaying('kayak', ...contents.slice(1)));
    const former = aLetterEmbedder();
    await embedWith(engine, former);
    former.asked.length = 0;
    const reached = Promise.withResolvers<unknown>();
    const gate = Promise.withResolvers<unknown>();
    const ungated = anotherEmbedder();
    const embedder: typeof ungated = {
      ...ungated,
      async embed(texts, options) {
        if (texts.includes('message 50')) {
          reached.resolve(null);
          await gate.promise;
        }
        return ungated.embed(texts, options);
      },
    };
    const { serving, found } = await searching(t, engine, embedder, former);
    const indexer = startIndexer({
      index: engine.index,
      embedder,
      former: serving.former(),
      onPromoted: () => serving.follow(),
      log: silentLog,
    });
    t.after(() => indexer.close());
    await reached.promise;
    assert.equal(await found('kayak', 'MEANING'), 'kayak');
    // What comes meanwhile is embedded by the former one, though the new one is busy.
    await engine.messages.append(scope, key.thread, messagesSaying('zebra fish'), aCall());
    indexer.wake();
    while ((await engine.index.countPending(scope, aCall())) > 0) await new Promise(setImmediate);
    assert.equal(await found('zebra fish', 'MEANING'), 'zebra fish');
    assert.deepEqual(
      former.asked.filter((text) => text !== 'kayak'),
      ['zebra fish', 'zebra fish'],
    );
    gate.resolve(null);
    await indexer.idle();
    assert.equal((await engine.index.models(aCall())).serving?.model, 'letters-2');
    assert.equal(serving.current(), embedder);
    assert.equal(await found('zebra fish', 'MEANING'), 'zebra fish');
    assert.equal(embedder.asked.at(-1), 'zebra fish', 'the query is asked of the new model');
    assert.equal(embedder.asked.length, COUNT + 2, 'each text once, and the query');
  });

  test('goes by words, and says how far it is, when the former model cannot be asked', async (t) => {
    const engine = await openFor(t, { path: aDataFile(t) });
    await startThread(engine, scope, {}, messagesSaying('kayak', 'moon'));
    await embedWith(engine, aLetterEmbedder());
    const { found } = await searching(t, engine, anotherEmbedder(), null);
    assert.equal(await found('kayak', 'HYBRID'), 'kayak');
    await assert.rejects(found('kayak', 'MEANING'), (error: unknown) => {
      assert(error instanceof SkeinError && error.code === 'UNAVAILABLE');
      assert.match(error.message, /letters-2 \(re-embedding: 0 of 2\); search by words \(KEYWORD\) meanwhile/);
      return true;
    });
  });

  test('no text is embedded twice, however often it is stopped and started', async (t) => {
    const path = aDataFile(t);
    let engine = await openSqlite({ path });
    await startThread(engine, scope, {}, messagesSaying(...contents));
    await embedWith(engine, aLetterEmbedder());
    const asked: string[] = [];
    for (const stopAt of ['message 40', 'message 80', null]) {
      const reached = Promise.withResolvers<unknown>();
      const embedder = anotherEmbedder((texts) => {
        if (stopAt === null || !texts.includes(stopAt)) return;
        reached.resolve(null);
        throw new SkeinError('UNAVAILABLE', 'stopped');
      });
      const indexer = startIndexer({ index: engine.index, embedder, log: silentLog });
      await (stopAt === null ? indexer.idle() : reached.promise);
      await indexer.close();
      asked.push(...embedder.asked);
      await engine.close();
      engine = await openFor(t, { path });
    }
    assert.deepEqual(asked.toSorted(), contents.toSorted());
    const { serving, building } = await engine.index.models(aCall());
    assert.deepEqual([serving?.model, building], ['letters-2', null]);
  });

  test('a text that its owner has said before is not embedded again, also after a restart', async (t) => {
    const path = aDataFile(t);
    const engine = await openSqlite({ path });
    await startThread(engine, scope, {}, messagesSaying('kayak'));
    await embedWith(engine, aLetterEmbedder());
    await engine.close();
    const reopened = await openFor(t, { path });
    await startThread(reopened, scope, {}, messagesSaying('kayak', 'moon'));
    await startThread(reopened, aScope('bob'), {}, messagesSaying('kayak'));
    const embedder = aLetterEmbedder();
    await embedWith(reopened, embedder);
    assert.deepEqual(embedder.asked.toSorted(), ['kayak', 'moon'], "Bob's is his own");
    assert.equal(await reopened.index.countPending(scope, aCall()), 0);
  });
});
