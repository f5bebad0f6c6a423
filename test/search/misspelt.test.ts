import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { startLocalEmbedder } from '../../src/models/local/local-embedder.ts';
import { messagesSaying, startThread } from '../storage/contract/setting.ts';
import { aCall, aMessage, aScope, messageKeyIn } from '../support/builders.ts';
import { aRequest, scope, setUp } from './setting.ts';

describe('a search with a slip of the finger', () => {
  test('finds what was meant, whichever letter it was, by words and by both', async (t) => {
    const { engine, found } = await setUp(t);
    await startThread(engine, scope, {}, messagesSaying('We rented two kayaks.', 'zzz'));
    await startThread(engine, scope, {}, messagesSaying('The invoice is paid.', 'zzz'));
    for (const query of ['kayac', 'kajak', 'bayak', 'kyak', 'kayk', 'kayyaks', 'xkayak', 'akyak', 'kayasks']) {
      for (const mode of ['KEYWORD', 'HYBRID'] as const) {
        assert.equal((await found(query, { mode }))[0], 'We rented two kayaks.', `${query} ${mode}`);
      }
    }
  });

  test('is understood in mode MEANING, too', async (t) => {
    const { say, found } = await setUp(t, startLocalEmbedder());
    await say('Berries grow on the hill.');
    await say('We stayed in hospital all night.');
    await say('The doctor prescribed antibiotics.');
    const meant = await found('the hospital', { mode: 'MEANING' });
    assert.deepEqual(await found('the hosiptal', { mode: 'MEANING' }), meant);
  });

  test('shows and highlights the words that it found, on every page', async (t) => {
    const { say, search } = await setUp(t);
    await say(`${'and so on '.repeat(60)} the kayak leaks`);
    await say('kayak and paddle');
    let after: string | null = null;
    for (let page = 0; page < 2; page += 1) {
      const request = aRequest({ query: 'my kayac', mode: 'KEYWORD', first: 1, after });
      const { hits, pageInfo }: Awaited<ReturnType<typeof search.messages>> = await search.messages(
        scope,
        request,
        aCall(),
      );
      const [hit] = hits;
      assert(hit !== undefined);
      const { highlights, best } = await hit.shown();
      assert.deepEqual(
        highlights.map(({ text }) => text),
        ['kayak'],
      );
      assert.equal(hit.message.content.slice(best.start, best.end), 'kayak');
      after = pageInfo.endCursor;
    }
  });

  test('finds as well as without it', async (t) => {
    const { say, search } = await setUp(t);
    await say('The red kayak leaks.', 'zzz');
    const scoreOf = async (query: string) =>
      (await search.messages(scope, aRequest({ query, mode: 'KEYWORD' }), aCall())).hits[0]?.score;
    assert.equal(await scoreOf('red kayak'), await scoreOf('red kayac'));
  });

  test('takes no word that someone has said, and no other English word, for a slip', async (t) => {
    const { engine, found } = await setUp(t);
    await startThread(engine, scope, {}, messagesSaying('The kayak of Lisbon.'));
    await startThread(engine, scope, {}, messagesSaying('A kayac!', 'zzz'));
    await startThread(engine, scope, {}, messagesSaying('What a sound.'));
    assert.deepEqual((await found('kayac', { mode: 'KEYWORD' })).sort(), ['A kayac!', 'zzz']);
    assert.deepEqual(await found('hounds of Lisbon', { mode: 'KEYWORD' }), ['The kayak of Lisbon.']);
    assert.deepEqual(await found('hounds', { mode: 'KEYWORD' }), ['What a sound.'], 'with nothing else to go by');
  });

  test('is meant as it is in quotes, after a minus and in an author’s name', async (t) => {
    const { engine, found } = await setUp(t);
    await startThread(engine, scope, {}, [aMessage({ content: 'the kayak leaks', author: 'Lovelace' })]);
    for (const query of ['"kayac"', '"the kayac"', 'leaks author:lovelase', 'leaks "kayac"']) {
      assert.deepEqual(await found(query, { mode: 'KEYWORD' }), [], query);
    }
    assert.deepEqual(await found('leaks -kayac', { mode: 'KEYWORD' }), ['the kayak leaks']);
  });

  test('learns no word of another owner, nor of a message that is gone', async (t) => {
    const { engine, say, found } = await setUp(t);
    await startThread(engine, aScope('bob'), {}, messagesSaying('the zeppelin of Bob'));
    const mine = aMessage({ content: 'my catamaran' });
    const { key } = await say(mine, 'zzz');
    assert.deepEqual(await found('zepelin', { mode: 'KEYWORD' }), []);
    assert.equal((await found('catamaram', { mode: 'KEYWORD' })).length, 2);
    await engine.messages.delete(scope, messageKeyIn(key, mine), aCall());
    assert.deepEqual(await found('catamaram', { mode: 'KEYWORD' }), []);
  });
});
