import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { aCall, aMessage, messageKeyIn } from '../support/builders.ts';
import { aRequest, scope, setUp } from './setting.ts';

describe('messages with the same text', () => {
  test('are one hit with the count of the others, the best of them, in every mode', async (t) => {
    const { say, search } = await setUp(t);
    for (const content of [
      'The kayak leaks!',
      'the kayak  leaks',
      'The kayak leaks.',
      'the kayak does not leak',
      'zzz',
    ]) {
      await say(content);
    }
    for (const mode of ['HYBRID', 'KEYWORD', 'MEANING'] as const) {
      const { hits, totalCount } = await search.messages(scope, aRequest({ query: 'kayak leaks', mode }), aCall());
      assert.deepEqual(
        hits.map(({ duplicates }) => duplicates.length),
        [2, 0],
        mode,
      );
      assert.equal(totalCount, 2);
    }
  });

  test('fold before the pages are cut, and the same on each', async (t) => {
    const { say, search } = await setUp(t);
    for (let at = 0; at < 12; at += 1) await say(`kayak ${'and so on '.repeat(at % 4)}`);
    const seen: string[] = [];
    for (let after: string | null = null; ;) {
      const page: Awaited<ReturnType<typeof search.messages>> = await search.messages(
        scope,
        aRequest({ first: 1, after }),
        aCall(),
      );
      seen.push(
        ...page.hits.map(({ message, duplicates }) => `${message.content.trim()} ${String(duplicates.length)}`),
      );
      if (!page.pageInfo.hasNextPage) break;
      after = page.pageInfo.endCursor;
    }
    assert.deepEqual(
      seen,
      [0, 1, 2, 3].map((times) => `kayak ${'and so on '.repeat(times)}2`),
    );
  });

  test('fold in short ones, but not where there are no words, nor across other words', async (t) => {
    const { say, found } = await setUp(t);
    for (const content of ['ok', 'OK!', 'ok…', 'okay', 'not ok']) await say(content);
    assert.deepEqual((await found('ok', { mode: 'KEYWORD' })).map((content) => content.slice(0, 2)).sort(), [
      'no',
      'ok',
    ]);
  });

  test('stand in for one another when the one shown is deleted', async (t) => {
    const { engine, say, search } = await setUp(t);
    for (const content of ['kayak', 'kayak', 'kayak and paddle']) await say(aMessage({ content }));
    const first = await search.messages(scope, aRequest({ query: 'kayak paddle', first: 1 }), aCall());
    const all = await search.messages(scope, aRequest({ query: 'kayak paddle' }), aCall());
    const shown = all.hits[1];
    assert(shown !== undefined);
    assert.equal(shown.duplicates.length, 1);
    const { owner, thread } = shown.message;
    await engine.messages.delete(scope, messageKeyIn({ owner, thread }, shown.message), aCall());
    const request = aRequest({ query: 'kayak paddle', first: 1, after: first.pageInfo.endCursor });
    const { hits } = await search.messages(scope, request, aCall());
    assert.deepEqual(
      hits.map(({ message, duplicates }) => [message.content, message.id === shown.message.id, duplicates.length]),
      [['kayak', false, 0]],
    );
  });

  test('fold within a thread, not across threads, where threads are searched', async (t) => {
    const { say, search } = await setUp(t);
    await say('kayak', 'zzz', 'kayak');
    await say('kayak');
    const { hits } = await search.threads(scope, aRequest({ mode: 'KEYWORD' }), aCall());
    const said = hits.map((hit) => hit.hits.filter(({ message }) => message.content === 'kayak'));
    assert.deepEqual(said.map((its) => its.map(({ duplicates }) => duplicates.length)).sort(), [[0], [1]]);
  });

  test('do not keep out what else there is, however many there are', async (t) => {
    const { say, found } = await setUp(t);
    for (let batch = 0; batch < 3; batch += 1) await say(...Array.from({ length: 100 }, () => 'kayak'));
    await say(`the kayak of a longer message ${'that goes on and on '.repeat(10)}`);
    assert.equal((await found('kayak', { mode: 'KEYWORD' })).length, 2);
  });
});
