import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { MessageHit } from '../../src/search/hits.ts';
import { createSearch, type Search, type SearchRequest } from '../../src/search/search.ts';
import { assertRefused, messagesSaying, startThread } from '../storage/contract/setting.ts';
import { aCall, aMessage, aScope, messageKeyIn } from '../support/builders.ts';
import { aLetterEmbedder } from '../support/letter-embedder.ts';
import { silentLog } from '../support/silent-log.ts';
import { aRequest, scope, setUp } from './setting.ts';

describe('pages of a search', () => {
  /** All pages of a search, with something done between them. */
  async function allPages(search: () => Search, request: SearchRequest, between: () => Promise<unknown>) {
    const ids: string[] = [];
    let after: string | null = null;
    for (;;) {
      const page: Awaited<ReturnType<Search['messages']>> = await search().messages(
        scope,
        { ...request, after },
        aCall(),
      );
      ids.push(...page.hits.map(({ message }) => message.id));
      if (!page.pageInfo.hasNextPage) return ids;
      after = page.pageInfo.endCursor;
      await between();
    }
  }

  test('are pages of one list, whatever is written meanwhile', async (t) => {
    const { engine, search, say } = await setUp(t);
    await say(...Array.from({ length: 50 }, (_, at) => `kayak ${'and so on '.repeat(at % 7)}${String(at)}`));
    const request = aRequest({ first: 7 });
    const before = await allPages(
      () => search,
      request,
      () => Promise.resolve(),
    );
    assert.equal(new Set(before).size, 50);
    const meanwhile = () => startThread(engine, scope, {}, messagesSaying('kayak kayak kayak', 'the best kayak'));
    assert.deepEqual(await allPages(() => search, request, meanwhile), before);
  });

  test('are full where there is enough to find, however many a page is to have', async (t) => {
    const { search, say } = await setUp(t);
    await say(...Array.from({ length: 100 }, (_, at) => `kayak ${'and so on '.repeat(at % 7)}${String(at)}`));
    for (const mode of ['HYBRID', 'KEYWORD', 'MEANING'] as const) {
      const { hits } = await search.messages(scope, aRequest({ first: 100, mode }), aCall());
      assert.equal(hits.length, 100, mode);
    }
    // The same letters, which is all that the embedder knows, and no such word.
    const { hits } = await search.messages(scope, aRequest({ query: 'ayakk', first: 100 }), aCall());
    assert.equal(hits.length, 100, 'by meaning alone');
  });

  test('are full of what words find when the embedder cannot be reached', async (t) => {
    const embedder = aLetterEmbedder((texts) => {
      if (texts.includes('kayak')) throw new Error('no embedder');
    });
    const { search, say } = await setUp(t, embedder);
    await say(...Array.from({ length: 100 }, (_, at) => `kayak ${String(at)}`));
    const { hits } = await search.messages(scope, aRequest({ first: 100 }), aCall());
    assert.equal(hits.length, 100);
    assert.deepEqual(new Set(hits.flatMap(({ matchedBy }) => matchedBy)), new Set(['KEYWORD']));
  });

  test('go on where they were when the list has been forgotten', async (t) => {
    const { engine, say } = await setUp(t);
    await say(...Array.from({ length: 40 }, (_, at) => `kayak ${'and so on '.repeat(at % 7)}${String(at)}`));
    const embedder = aLetterEmbedder();
    const forgetful = () =>
      createSearch({
        candidates: engine.candidates,
        messages: engine.messages,
        embedder: () => embedder,
        log: silentLog,
        now: Date.now,
      });
    const ids = await allPages(forgetful, aRequest({ first: 7 }), () => Promise.resolve());
    assert.equal(ids.length, 40);
    assert.equal(new Set(ids).size, 40);
  });

  test('leave out what was deleted meanwhile, and are full all the same', async (t) => {
    const { engine, search, say } = await setUp(t);
    const messages = Array.from({ length: 20 }, (_, at) => aMessage({ content: `kayak ${String(at)}` }));
    const { key } = await say(...messages);
    const first = await search.messages(scope, aRequest({ first: 5 }), aCall());
    const seen = new Set(first.hits.map(({ message }) => message.id));
    const next = messages.filter(({ id }) => !seen.has(id));
    for (const message of next.slice(0, 8)) await engine.messages.delete(scope, messageKeyIn(key, message), aCall());
    const request = aRequest({ first: 5, after: first.pageInfo.endCursor });
    const second = await search.messages(scope, request, aCall());
    assert.equal(second.hits.length, 5);
    assert(second.hits.every(({ message }) => !seen.has(message.id)));
    assert.equal(second.pageInfo.hasPreviousPage, true);
  });

  test('hold only hits with the score asked for, and count only those', async (t) => {
    const { search, say } = await setUp(t);
    await say('kayak', 'kayak and so on and so on and so on and so on and so on', 'zzz');
    const all = await search.messages(scope, aRequest({ minScore: 0 }), aCall());
    const limit = all.hits[1]?.score ?? 1;
    const some = await search.messages(scope, aRequest({ minScore: limit }), aCall());
    const told = (hits: readonly MessageHit[]) => hits.map(({ shown: _, ...hit }) => hit);
    assert.deepEqual(told(some.hits), told(all.hits.filter(({ score }) => score >= limit)));
    assert.equal(some.totalCount, some.hits.length);
    const none = await search.messages(scope, aRequest({ minScore: 1 }), aCall());
    assert.deepEqual([none.hits, none.totalCount, none.pageInfo.endCursor], [[], 0, null]);
  });

  test('of another search or of no search are refused or begun anew, never mixed up', async (t) => {
    const { search, say } = await setUp(t);
    await say('kayak one', 'kayak two', 'paddle');
    for (const after of ['', 'nonsense', Buffer.from('["m",3]').toString('base64url')]) {
      await assertRefused(search.messages(scope, aRequest({ after }), aCall()), 'BAD_USER_INPUT');
      await assertRefused(search.threads(scope, aRequest({ after }), aCall()), 'BAD_USER_INPUT');
    }
    const { pageInfo } = await search.messages(scope, aRequest({ first: 1 }), aCall());
    const strangers = await search.messages(aScope('bob'), aRequest({ after: pageInfo.endCursor }), aCall());
    assert.deepEqual(strangers.hits, []);
  });
});
