import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { SkeinError } from '../../src/core/errors.ts';
import { startIndexer } from '../../src/indexing/indexer.ts';
import type { Embedder } from '../../src/models/embedder.ts';
import { openSqlite } from '../../src/storage/sqlite/engine.ts';
import type { Engine } from '../../src/storage/store.ts';
import { aDataFile, openFor } from '../storage/sqlite/open-engine.ts';
import { messagesOf, messagesSaying, startThread } from '../storage/contract/setting.ts';
import { aCall, aScope } from '../support/builders.ts';
import { eventually } from '../support/eventually.ts';
import { aLetterEmbedder } from '../support/letter-embedder.ts';
import { silentLog } from '../support/silent-log.ts';

function start(test: TestContext, engine: Engine, embedder: Embedder) {
  const indexer = startIndexer({ index: engine.index, embedder, log: silentLog, backoff: () => 0 });
  test.after(() => indexer.close());
  return indexer;
}

const scope = aScope();
const pending = (engine: Engine) => engine.index.countPending(scope, aCall());

describe('the indexer', () => {
  test('embeds what was stored before it started, and what is stored after', async (t) => {
    const engine = await openFor(t, { path: aDataFile(t) });
    const { key } = await startThread(engine, scope, {}, messagesSaying('one', 'two'));
    const embedder = aLetterEmbedder();
    const indexer = start(t, engine, embedder);
    await indexer.idle();
    assert.equal(await pending(engine), 0);
    await engine.messages.append(scope, key.thread, messagesSaying('three'), aCall());
    indexer.wake();
    await indexer.idle();
    assert.deepEqual(embedder.asked, ['one', 'two', 'three']);
    const messages = await messagesOf(engine, scope, key);
    assert(messages.every(({ indexing }) => indexing === 'READY'));
  });

  test('works off more than a batch', async (t) => {
    const engine = await openFor(t, { path: aDataFile(t) });
    for (let thread = 0; thread < 3; thread += 1) {
      const contents = Array.from({ length: 100 }, (_, at) => `message ${String(at)} of ${String(thread)}`);
      await startThread(engine, scope, {}, messagesSaying(...contents));
    }
    const embedder = aLetterEmbedder();
    await start(t, engine, embedder).idle();
    assert.equal(await pending(engine), 0);
    assert.equal(embedder.asked.length, 300);
  });

  test('works off long messages that do not come in one answer', async (t) => {
    const engine = await openFor(t, { path: aDataFile(t) });
    const long = ['a', 'b', 'c', 'd', 'e'].map((letter) => `${letter} `.repeat(225_000));
    const { key } = await startThread(engine, scope, {}, messagesSaying('short', ...long, 'short, too'));
    // Waking it, as `idle` does, would have it look again.
    start(t, engine, aLetterEmbedder());
    await eventually('all to be embedded', async () => ((await pending(engine)) === 0 ? true : null));
    const messages = await messagesOf(engine, scope, key);
    assert.equal(messages.length, 7);
    assert(messages.every(({ indexing }) => indexing === 'READY'));
  });

  test('takes what was said last along with what has waited longest', async (t) => {
    const engine = await openFor(t, { path: aDataFile(t) });
    const contents = Array.from({ length: 200 }, (_, at) => `message ${String(at)}`);
    await startThread(engine, scope, {}, messagesSaying(...contents.slice(0, 100)));
    await startThread(engine, scope, {}, messagesSaying(...contents.slice(100)));
    const embedder = aLetterEmbedder();
    await start(t, engine, embedder).idle();
    const first = embedder.asked.slice(0, 32);
    assert(first.includes('message 0') && first.includes('message 199'), first.join(', '));
    assert.deepEqual(embedder.asked.toSorted(), contents.toSorted());
  });

  test('embeds a text once, however often it is said', async (t) => {
    const engine = await openFor(t, { path: aDataFile(t) });
    await startThread(engine, scope, {}, messagesSaying('Thanks!', 'Thanks!', 'Thanks!'));
    await startThread(engine, scope, {}, messagesSaying('Thanks!'));
    const embedder = aLetterEmbedder();
    await start(t, engine, embedder).idle();
    assert.deepEqual(embedder.asked, ['Thanks!']);
    assert.equal(await pending(engine), 0);
  });

  test('embeds passages of a long message, with who said them', async (t) => {
    const engine = await openFor(t, { path: aDataFile(t) });
    const [message] = messagesSaying('The kayak has a leak at its stern. We mend it before the summer.');
    assert(message !== undefined);
    await startThread(engine, scope, {}, [{ ...message, author: 'Ada' }]);
    const embedder = aLetterEmbedder();
    await start(t, engine, embedder).idle();
    assert.deepEqual(embedder.asked, ['Ada: The kayak has a leak at its stern.', 'Ada: We mend it before the summer.']);
  });

  test('tries again for as long as the embedder cannot be reached', async (t) => {
    const engine = await openFor(t, { path: aDataFile(t) });
    await startThread(engine, scope, {}, messagesSaying('one', 'two'));
    let failures = 5;
    const embedder = aLetterEmbedder(() => {
      failures -= 1;
      if (failures >= 0) throw new SkeinError('UNAVAILABLE', 'The model is away.');
    });
    await start(t, engine, embedder).idle();
    assert.equal(await pending(engine), 0);
    assert.deepEqual(embedder.asked, ['one', 'two']);
  });

  test('marks FAILED the message that the embedder refuses, and embeds the others', async (t) => {
    const engine = await openFor(t, { path: aDataFile(t) });
    const { key } = await startThread(engine, scope, {}, messagesSaying('good', 'bad', 'fine'));
    const embedder = aLetterEmbedder((texts) => {
      if (texts.includes('bad')) throw new Error('This text is refused.');
    });
    await start(t, engine, embedder).idle();
    const messages = await messagesOf(engine, scope, key);
    assert.deepEqual(
      messages.map(({ indexing }) => indexing),
      ['READY', 'FAILED', 'READY'],
    );
  });

  test('loses nothing when it is stopped in the middle: the next one goes on', async (t) => {
    const path = aDataFile(t);
    const engine = await openSqlite({ path });
    const contents = Array.from({ length: 100 }, (_, at) => `message ${String(at)}`);
    await startThread(engine, scope, {}, messagesSaying(...contents));
    const stopped = Promise.withResolvers<unknown>();
    const first = startIndexer({
      index: engine.index,
      embedder: aLetterEmbedder((texts) => {
        if (texts.includes('message 50')) stopped.resolve(null);
      }),
      log: silentLog,
    });
    await stopped.promise;
    await first.close();
    await first.idle();
    const left = await pending(engine);
    assert(left > 0 && left < 100, String(left));
    await engine.close();

    const reopened = await openFor(t, { path });
    const embedder = aLetterEmbedder();
    await start(t, reopened, embedder).idle();
    assert.equal(await pending(reopened), 0);
    assert.equal(embedder.asked.length, left);
  });

  test('embeds everything again when the model is another', async (t) => {
    const engine = await openFor(t, { path: aDataFile(t) });
    await startThread(engine, scope, {}, messagesSaying('one', 'two'));
    const before = startIndexer({ index: engine.index, embedder: aLetterEmbedder(), log: silentLog });
    await before.idle();
    await before.close();
    const embedder = { ...aLetterEmbedder(), model: 'letters-2' };
    await start(t, engine, embedder).idle();
    assert.deepEqual(embedder.asked, ['one', 'two']);
    assert.equal(await pending(engine), 0);
  });

  test('asks nothing of the store while nothing is stored', async (t) => {
    const engine = await openFor(t, { path: aDataFile(t) });
    let reads = 0;
    const index = {
      ...engine.index,
      waiting: (...args: Parameters<typeof engine.index.waiting>) => {
        reads += 1;
        return engine.index.waiting(...args);
      },
    };
    const indexer = startIndexer({ index, embedder: aLetterEmbedder(), log: silentLog });
    t.after(() => indexer.close());
    await indexer.idle();
    const before = reads;
    await engine.messages.count(scope, [], aCall());
    await engine.ping();
    assert.equal(reads, before);
    assert(before <= 2);
  });
});
