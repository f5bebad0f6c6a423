import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Message, Thread } from '../../src/core/thread.ts';
import { startLocalEmbedder } from '../../src/models/local/local-embedder.ts';
import type { Engine } from '../../src/storage/store.ts';
import type { ThreadKey } from '../../src/core/ids.ts';
import { messagesOf, messagesSaying, startThread, threadNow } from '../storage/contract/setting.ts';
import { aCall, aScope, aTenantScope } from '../support/builders.ts';
import { aLetterEmbedder } from '../support/letter-embedder.ts';
import { scope, setUp } from './setting.ts';

const PAGE = { first: 10, after: null };

async function messageAt(engine: Engine, key: ThreadKey, place: number): Promise<Message> {
  const message = (await messagesOf(engine, scope, key))[place];
  assert(message !== undefined);
  return message;
}

async function threadAt(engine: Engine, key: ThreadKey): Promise<Thread> {
  const thread = await threadNow(engine, scope, key);
  assert(thread !== null);
  return thread;
}

describe('what is like a message', () => {
  test('is found by its stored vector, though it shares no word, without asking the embedder', async (t) => {
    const embedder = startLocalEmbedder();
    let asked = 0;
    const counting = {
      ...embedder,
      embed: (...args: Parameters<typeof embedder.embed>) => {
        asked += 1;
        return embedder.embed(...args);
      },
    };
    const { engine, say, search } = await setUp(t, counting);
    const { key } = await say('My doctor told me to stay in bed.');
    await say('The invoice was paid by bank transfer.');
    await say('A physician advised resting at home.');
    await say('We planted tomatoes on the balcony.');
    asked = 0;
    const { hits } = await search.similar(scope, await messageAt(engine, key, 0), PAGE, aCall());
    assert.equal(asked, 0);
    assert.equal(hits[0]?.message.content, 'A physician advised resting at home.');
    assert(hits.every(({ score }) => score > 0 && score <= 1));
  });

  test('is never itself, nor what stands right beside it', async (t) => {
    const { engine, say, search } = await setUp(t);
    const { key } = await say('zzz', 'qqq', 'the red kayak leaks', 'xxx', 'www', 'vvv', 'a kayak that leaks');
    await say('The red kayak leaks!');
    const { hits } = await search.similar(scope, await messageAt(engine, key, 2), PAGE, aCall());
    assert.deepEqual(hits.map(({ message }) => message.content).slice(0, 2), [
      'The red kayak leaks!',
      'a kayak that leaks',
    ]);
    assert(!hits.some(({ message }) => message.thread === key.thread && message.seq <= 5));
  });

  test('is found by words while it has no vector', async (t) => {
    const embed = () => Promise.reject(new Error('away'));
    const { engine, search } = await setUp(t, { ...aLetterEmbedder(), embed });
    const { key } = await startThread(engine, scope, {}, messagesSaying('the red kayak leaks'));
    await startThread(engine, scope, {}, messagesSaying('a kayak that leaks'));
    await startThread(engine, scope, {}, messagesSaying('zzz'));
    const { hits } = await search.similar(scope, await messageAt(engine, key, 0), PAGE, aCall());
    assert.deepEqual(
      hits.map(({ message, matchedBy }) => [message.content, matchedBy]),
      [['a kayak that leaks', ['KEYWORD']]],
    );
  });

  test('is of the scope, and has pages', async (t) => {
    const { engine, say, search } = await setUp(t);
    const { key } = await say('the red kayak leaks');
    await say('the kayak one');
    await say('the kayak two');
    await startThread(engine, aScope('bob'), {}, messagesSaying('the red kayak of Bob leaks'));
    const message = await messageAt(engine, key, 0);
    const first = await search.similar(scope, message, { first: 1, after: null }, aCall());
    const second = await search.similar(scope, message, { first: 5, after: first.pageInfo.endCursor }, aCall());
    const contents = [...first.hits, ...second.hits].map((hit) => hit.message.content);
    assert.deepEqual(contents.toSorted(), ['the kayak one', 'the kayak two']);
    const everyone = await search.similar(aTenantScope(), message, PAGE, aCall());
    assert(everyone.hits.some((hit) => hit.message.content === 'the red kayak of Bob leaks'));
  });
});

describe('what is related to a thread', () => {
  test('are other threads that speak of the same, the closest first', async (t) => {
    const { engine, say, search } = await setUp(t);
    const { key } = await say('Where can we rent a kayak?', 'At the lake, there is a kayak rental.', 'zzz');
    const close = await say('The kayak rental at the lake is closed.', 'zzz');
    const far = await say('A lake view.');
    await startThread(engine, aScope('bob'), {}, messagesSaying('Bob rents a kayak at the lake.'));
    const { hits } = await search.related(scope, await threadAt(engine, key), PAGE, aCall());
    assert.deepEqual(
      hits.slice(0, 2).map(({ thread }) => thread),
      [close.key, far.key],
    );
    assert(hits.every(({ thread }) => thread.thread !== key.thread && thread.owner === key.owner));
  });

  test('are found by its title while it has no messages', async (t) => {
    const { engine, say, search } = await setUp(t);
    const { key } = await startThread(engine, scope, { title: 'The kayak' });
    const other = await say('a kayak at the lake');
    const { hits } = await search.related(scope, await threadAt(engine, key), PAGE, aCall());
    assert.deepEqual(
      hits.map(({ thread }) => thread),
      [other.key],
    );
  });
});
