import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as rest } from 'node:timers/promises';
import { SkeinError } from '../../src/core/errors.ts';
import { startLocalEmbedder } from '../../src/models/local/local-embedder.ts';
import type { SearchMode } from '../../src/search/hits.ts';
import { createSearch, type Search } from '../../src/search/search.ts';
import { assertRefused, messagesSaying, startThread } from '../storage/contract/setting.ts';
import { aCall, aMessage, anOutcome, aPendingReply, aScope, aTenantScope, messageKeyIn } from '../support/builders.ts';
import { aLetterEmbedder } from '../support/letter-embedder.ts';
import { silentLog } from '../support/silent-log.ts';
import { aRequest, scope, setUp } from './setting.ts';

const MODES: readonly SearchMode[] = ['HYBRID', 'KEYWORD', 'MEANING'];

describe('a search', () => {
  test('finds a message by its words at once, in any of their forms', async (t) => {
    const { engine, found } = await setUp(t);
    await startThread(engine, scope, {}, messagesSaying('We rented two kayaks at the lake.', 'zzz'));
    assert.deepEqual((await found('Where did we rent a kayak?'))[0], 'We rented two kayaks at the lake.');
  });

  test('finds what was meant in other words, with the local embedder', async (t) => {
    const { say, found } = await setUp(t, startLocalEmbedder());
    await say('The physician told me to stay in bed for a week.');
    await say('The invoice was paid by bank transfer.');
    await say('We planted tomatoes on the balcony.');
    const question = 'medical advice from my doctor';
    assert.equal((await found(question, { mode: 'MEANING' }))[0], 'The physician told me to stay in bed for a week.');
    assert.equal((await found(question))[0], 'The physician told me to stay in bed for a week.');
    assert.deepEqual(await found(question, { mode: 'KEYWORD' }), []);
  });

  test('finds an answer by what was asked just before it', async (t) => {
    const { say, found } = await setUp(t);
    await say('Hello', 'Which colour has the kayak?', 'Red, with a white stripe.', 'Thanks');
    assert((await found('colour of the kayak', { mode: 'KEYWORD' })).slice(0, 2).includes('Red, with a white stripe.'));
  });

  test('finds a long message by any of its passages, and shows that one', async (t) => {
    const { say, search } = await setUp(t, startLocalEmbedder());
    const filler = 'The committee discussed the budget of the coming year and found no agreement. ';
    const passage = 'My grandmother bakes bread with walnuts every Sunday morning.';
    await say(`${filler.repeat(30)}${passage} ${filler.repeat(30)}`);
    const request = aRequest({ query: 'a loaf made by granny', mode: 'MEANING' });
    const { hits } = await search.messages(scope, request, aCall());
    const [hit] = hits;
    assert(hit !== undefined);
    const { best } = await hit.shown();
    assert.match(hit.message.content.slice(best.start, best.end), /walnuts/);
  });

  test('says of each hit how well it fits, what found it, and which words matched', async (t) => {
    const { say, search } = await setUp(t);
    await say('The red kayak leaks.');
    const { hits, totalCount } = await search.messages(scope, aRequest({ query: 'kayaks' }), aCall());
    const [hit] = hits;
    assert(hit !== undefined && totalCount === 1);
    assert.deepEqual(hit.matchedBy, ['KEYWORD', 'MEANING']);
    for (const score of [hit.score, hit.keywordScore, hit.meaningScore])
      assert(score !== null && score > 0 && score <= 1);
    assert.deepEqual(await hit.shown(), {
      highlights: [{ start: 8, end: 13, text: 'kayak' }],
      best: { start: 8, end: 13 },
    });
  });

  test('finds the same, whether the embedder answers before or after what finds words', async (t) => {
    const letters = aLetterEmbedder();
    let waitMs = 0;
    const embedder = {
      ...letters,
      embed: (...given: Parameters<typeof letters.embed>) => rest(waitMs).then(() => letters.embed(...given)),
    };
    const { say, engine } = await setUp(t, embedder);
    await say('The red kayak leaks.', 'A kayak for two.', 'moon');
    const answers = [];
    for (waitMs of [0, 200]) {
      // A search of its own: one remembers the lists that it has made.
      const { candidates, messages } = engine;
      const anew = createSearch({ candidates, messages, embedder: () => embedder, log: silentLog, now: Date.now });
      const { hits } = await anew.messages(scope, aRequest({ query: 'kayaks' }), aCall());
      answers.push(
        hits.map(({ message, score, matchedBy, meaningScore }) => ({ message, score, matchedBy, meaningScore })),
      );
    }
    assert.deepEqual(answers[0]?.[0]?.matchedBy, ['KEYWORD', 'MEANING']);
    assert.deepEqual(answers[1], answers[0]);
  });

  test('heeds phrases, excluded words and authors in every mode', async (t) => {
    const { say, found } = await setUp(t);
    await say(aMessage({ content: 'a red kayak here', author: 'Ada Lovelace' }));
    await say(aMessage({ content: 'a kayak, red, with a leak', author: 'Bob' }));
    await say(aMessage({ content: 'a red kayak with leaks', author: 'Bob' }));
    for (const mode of MODES) {
      const sorted = async (query: string) => (await found(query, { mode })).sort();
      assert.deepEqual(await sorted('"red kayak"'), ['a red kayak here', 'a red kayak with leaks'], mode);
      assert.deepEqual(await sorted('kayak -leak'), ['a red kayak here'], mode);
      assert.deepEqual(await sorted('kayak author:ada'), ['a red kayak here'], mode);
      assert.deepEqual(await sorted('author:"Ada Lovelace"'), ['a red kayak here'], mode);
      assert.deepEqual(await sorted('"red kayak" author:Bob'), ['a red kayak with leaks'], mode);
      assert.deepEqual(await sorted('"red kayak" -leaks author:Bob'), [], mode);
    }
  });

  test('of stop words alone looks for those', async (t) => {
    const { say, found } = await setUp(t);
    await say('To be, or not to be.');
    assert.deepEqual(await found('to be or not to be', { mode: 'KEYWORD' }), ['To be, or not to be.']);
  });

  test('finds text of any script by its words', async (t) => {
    const { say, found } = await setUp(t);
    const texts: [string, string][] = [
      ['Die Schlüssel liegen im Müllraum.', 'schlussel'],
      ['Où est le café à côté de la gare ?', 'CAFE'],
      ['Мы встретились у Казанского вокзала.', 'вокзала'],
      ['昨日、東京タワーに行きました。', '東京タワー'],
      ['我们星期五在图书馆见面。', '图书馆'],
      ['اجتمعنا في المكتبة يوم الجمعة', 'المكتبة'],
      ['친구와 서울에서 만났어요.', '서울'],
      ['Done 🎉 at last', '🎉'],
    ];
    await say(...texts.map(([text]) => text));
    for (const [text, query] of texts) assert.equal((await found(query, { mode: 'KEYWORD' }))[0], text);
  });

  test('without words and without meaning finds nothing', async (t) => {
    const { say, found } = await setUp(t);
    await say('kayak');
    for (const mode of MODES) assert.deepEqual(await found('??? !!!', { mode }), []);
  });

  test('is confined to its scope, and an analyst’s to the tenant', async (t) => {
    const { engine, say, found } = await setUp(t);
    await say('the kayak is mine');
    await startThread(engine, aScope('bob'), {}, messagesSaying('the kayak is Bob’s'));
    await startThread(engine, aScope('ada', 'other'), {}, messagesSaying('the kayak of another tenant'));
    for (const mode of MODES) {
      assert.deepEqual(await found('kayak', { mode, filter: { ownerIds: [aScope('bob').owner] } }), []);
      assert.deepEqual(await found('kayak', { mode }), ['the kayak is mine']);
    }
    const everyone = await found('kayak', { mode: 'KEYWORD' }, aTenantScope());
    assert.deepEqual(everyone.sort(), ['the kayak is Bob’s', 'the kayak is mine']);
  });

  test('finds a reply once it has ended, and what a failed one had come to', async (t) => {
    const { engine, say, found } = await setUp(t);
    const reply = aPendingReply({ content: '' });
    const { key } = await say('Which boat?', reply);
    assert.deepEqual(await found('kayak', { mode: 'KEYWORD' }), []);
    const outcome = anOutcome({ status: 'FAILED', content: 'The kayak, be' });
    await engine.messages.finish(scope, messageKeyIn(key, reply), outcome, aCall());
    assert.equal((await found('kayak', { mode: 'KEYWORD' }))[0], 'The kayak, be');
    assert.equal((await found('kayak', { filter: { statuses: ['COMPLETE'] }, mode: 'KEYWORD' }))[0], 'Which boat?');
  });

  test('forgets a deleted message, also as context of its neighbours', async (t) => {
    const { engine, say, found } = await setUp(t);
    const zeppelin = aMessage({ content: 'the zeppelin' });
    const { key } = await say('one', 'two', zeppelin, 'three', 'four');
    assert.equal((await found('zeppelin', { mode: 'KEYWORD' })).length, 4);
    await engine.messages.delete(scope, messageKeyIn(key, zeppelin), aCall());
    assert.deepEqual(await found('zeppelin', { mode: 'KEYWORD' }), []);
  });
});

describe('a search for threads', () => {
  test('gathers hits by thread, the best thread first, with at most five of its hits', async (t) => {
    const { search, say } = await setUp(t);
    const one = await say('the kayak, once', 'zzz');
    const many = await say(...Array.from({ length: 8 }, (_, at) => `kayak ${String(at)}`));
    const { hits, totalCount } = await search.threads(scope, aRequest({ mode: 'KEYWORD' }), aCall());
    assert.deepEqual(
      hits.map(({ thread }) => thread),
      [many.key, one.key],
    );
    assert.equal(totalCount, 2);
    const [best] = hits;
    assert(best !== undefined);
    assert.equal(best.hits.length, 5);
    assert.equal(best.score, best.hits[0]?.score);
  });

  test('has pages, too', async (t) => {
    const { search, say } = await setUp(t);
    for (let at = 0; at < 7; at += 1) await say(`kayak ${'and so on '.repeat(at)}`);
    const threads: string[] = [];
    let after: string | null = null;
    do {
      const page: Awaited<ReturnType<Search['threads']>> = await search.threads(
        scope,
        aRequest({ first: 3, after }),
        aCall(),
      );
      threads.push(...page.hits.map(({ thread }) => thread.thread));
      after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
    } while (after !== null);
    assert.equal(threads.length, 7);
    assert.equal(new Set(threads).size, 7);
  });
});

describe('a search that cannot be made', () => {
  test('is refused, naming the argument', async (t) => {
    const { search } = await setUp(t);
    for (const [fields, code, field] of [
      [{ query: ' ' }, 'BAD_USER_INPUT', 'query'],
      [{ query: 'k'.repeat(1_001) }, 'LIMIT_EXCEEDED', 'query'],
      [{ first: 0 }, 'BAD_USER_INPUT', 'first'],
      [{ first: 101 }, 'BAD_USER_INPUT', 'first'],
      [{ minScore: 1.1 }, 'BAD_USER_INPUT', 'minScore'],
      [{ minScore: NaN }, 'BAD_USER_INPUT', 'minScore'],
      [{ after: 'x' }, 'BAD_USER_INPUT', 'after'],
    ] as const) {
      for (const work of [search.messages, search.threads]) {
        await assert.rejects(
          work(scope, aRequest(fields), aCall()),
          (error: unknown) => error instanceof SkeinError && error.code === code && error.field === field,
          JSON.stringify(fields),
        );
      }
    }
  });

  test('by meaning, for want of the embedder, goes on by words, but when only meaning was asked for', async (t) => {
    let away = false;
    const embedder = aLetterEmbedder(() => {
      if (away) throw new SkeinError('UNAVAILABLE', 'The model is away.');
    });
    const { search, say, found } = await setUp(t, embedder);
    await say('the kayak');
    away = true;
    assert.deepEqual(await found('kayak'), ['the kayak']);
    await assertRefused(search.messages(scope, aRequest({ mode: 'MEANING' }), aCall()), 'UNAVAILABLE');
  });
});
