import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { MessageFilter } from '../../../src/core/filter.ts';
import {
  aCall,
  aMessage,
  anOutcome,
  aPendingReply,
  aThread,
  BUILT_AT,
  messageKeyIn,
  threadKeyIn,
} from '../../support/builders.ts';
import { aKeywordQuery, aMeaningQuery, contentsOf, embedAll, foundByMeaning, foundByWord } from './searching.ts';
import { messagesSaying, startThread, useEngine, type MakeEngine, type Setting } from './setting.ts';

/** Candidates for a search: what is found, and that filters act before the cut. */
export function describeCandidates(make: MakeEngine): void {
  describe('candidates', () => {
    const setting = useEngine(make);

    test('a message is found by its words from its append on, in other forms of them too', async () => {
      const { engine, scope } = setting();
      await startThread(engine, scope, {}, messagesSaying('We rented kayaks at the lake.'));
      await startThread(engine, scope, {}, messagesSaying('The oven is broken.'));
      for (const word of ['kayaks', 'kayak', 'lake']) {
        assert.deepEqual(await foundByWord(engine, scope, word), ['We rented kayaks at the lake.']);
      }
      assert.deepEqual(await foundByWord(engine, scope, 'submarine'), []);
    });

    test('a message is found by its words while others come that hear of it as their neighbour', async () => {
      const { engine, scope } = setting();
      const { key } = await startThread(engine, scope, {}, []);
      const say = (content: string) => engine.messages.append(scope, key.thread, [aMessage({ content })], aCall());
      for (let at = 0; at < 10; at += 1) {
        const word = `kayak${String(at)}`;
        await say(word);
        const filter: MessageFilter = { roles: ['USER'] };
        const finding = Array.from({ length: 4 }, () => foundByWord(engine, scope, word, filter));
        await Promise.all([say('one'), say('two')]);
        for (const found of await Promise.all(finding)) assert(found.includes(word), word);
      }
    });

    test('the better fit comes first, and the limit keeps it', async () => {
      const { engine, scope } = setting();
      const long = 'A kayak, a tent and a stove, and much else that we took along.';
      await startThread(engine, scope, {}, messagesSaying(long));
      await startThread(engine, scope, {}, messagesSaying('Kayak and paddle.'));
      const query = aKeywordQuery({ terms: ['kayak', 'paddle'] });
      for (const [limit, expected] of [
        [10, ['Kayak and paddle.', long]],
        [1, ['Kayak and paddle.']],
      ] as const) {
        const { candidates } = await engine.candidates.byKeyword(scope, query, {}, limit, aCall());
        assert.deepEqual(await contentsOf(engine, scope, candidates), expected);
      }
    });

    test('without terms nothing is found, whatever the words look like', async () => {
      const { engine, scope } = setting();
      await startThread(engine, scope, {}, messagesSaying('AND OR NOT NEAR kayak'));
      const none = await engine.candidates.byKeyword(scope, aKeywordQuery(), {}, 10, aCall());
      assert.deepEqual(none.candidates, []);
      for (const odd of ['"', '*', '(', 'near(', "'", ':', '-', '^', '\u0000', '+', '{', ' ']) {
        assert.deepEqual(await foundByWord(engine, scope, odd), [], odd);
      }
      assert.equal((await foundByWord(engine, scope, 'near')).length, 1);
    });

    test('phrases must be there in their order, excluded words must not', async () => {
      const { engine, scope } = setting();
      for (const content of ['a red kayak here', 'a kayak, red here', 'a red kayak with a leak']) {
        await startThread(engine, scope, {}, messagesSaying(content));
      }
      await embedAll(engine, scope);
      const phrases = [['red', 'kayak']];
      for (const [constraints, expected] of [
        [{ phrases }, ['a red kayak here', 'a red kayak with a leak']],
        [{ phrases, excluded: ['leak'] }, ['a red kayak here']],
        [{ excluded: ['here'] }, ['a red kayak with a leak']],
      ] as const) {
        const query = aKeywordQuery({ terms: ['kayak'], ...constraints });
        const words = await engine.candidates.byKeyword(scope, query, {}, 10, aCall());
        assert.deepEqual((await contentsOf(engine, scope, words.candidates)).sort(), expected);
        const near = await engine.candidates.byMeaning(scope, aMeaningQuery('kayak', constraints), {}, 10, aCall());
        assert.deepEqual((await contentsOf(engine, scope, near.candidates)).sort(), expected);
      }
    });

    test('an author is found by words of the name', async () => {
      const { engine, scope } = setting();
      for (const author of ['Ada Lovelace', 'Bob Lovelace', null]) {
        await startThread(engine, scope, {}, [aMessage({ author, content: `a kayak, says ${author ?? 'nobody'}` })]);
      }
      await embedAll(engine, scope);
      for (const [authors, expected] of [
        [[['ada']], ['a kayak, says Ada Lovelace']],
        [
          [['ada', 'lovelace'], ['bob']],
          ['a kayak, says Ada Lovelace', 'a kayak, says Bob Lovelace'],
        ],
        [[['carol']], []],
      ] as const) {
        const query = aKeywordQuery({ terms: ['kayak'], authors });
        const words = await engine.candidates.byKeyword(scope, query, {}, 10, aCall());
        assert.deepEqual((await contentsOf(engine, scope, words.candidates)).sort(), expected);
        const near = await engine.candidates.byMeaning(scope, aMeaningQuery('kayak', { authors }), {}, 10, aCall());
        assert.deepEqual((await contentsOf(engine, scope, near.candidates)).sort(), expected);
      }
    });

    test('a message is found by meaning once its vector is there, the nearest first', async () => {
      const { engine, scope } = setting();
      for (const content of ['kayak', 'kayaking far', 'moon'])
        await startThread(engine, scope, {}, messagesSaying(content));
      assert.deepEqual(await foundByMeaning(engine, scope, 'kayak'), []);
      await embedAll(engine, scope);
      assert.deepEqual((await foundByMeaning(engine, scope, 'kayak')).slice(0, 2), ['kayak', 'kayaking far']);
      assert.deepEqual(await foundByMeaning(engine, scope, 'kayak', {}, 1), ['kayak']);
      const { candidates } = await engine.candidates.byMeaning(scope, aMeaningQuery('kayak'), {}, 1, aCall());
      const [nearest] = candidates;
      assert(nearest !== undefined && Math.abs(nearest.cosine - 1) < 0.02);
      assert.deepEqual(nearest.passage, { start: 0, end: 5 });
    });

    test('the nearness of messages asked for alongside is told, however far they are', async () => {
      const { engine, scope } = setting();
      const [far, unembedded] = [aMessage({ content: 'moon' }), aMessage({ content: ' ' })];
      const { key } = await startThread(engine, scope, {}, [far]);
      const other = await startThread(engine, scope, {}, [unembedded]);
      await startThread(engine, scope, {}, messagesSaying('kayak'));
      await embedAll(engine, scope);
      const counts = { length: 1, terms: [], fingerprint: null };
      const alongside = [messageKeyIn(other.key, unembedded), messageKeyIn(key, far)].map((one) => ({
        key: one,
        counts,
      }));
      const query = aMeaningQuery('kayak', { alongside });
      const found = await engine.candidates.byMeaning(scope, query, {}, 1, aCall());
      assert.deepEqual(await contentsOf(engine, scope, found.candidates), ['kayak']);
      assert.equal(found.alongside.length, 2);
      assert.equal(found.alongside[0], null);
      assert(found.alongside[1] != null && found.alongside[1].cosine < 0.5);
    });

    test('the nearness that is told with what words found is the one told alongside', async () => {
      const { engine, scope } = setting();
      const { key } = await startThread(engine, scope, {}, messagesSaying('kayak', 'moon and kayak'));
      await embedAll(engine, scope);
      // Of this one nobody knows a vector.
      await engine.messages.append(scope, key.thread, [aMessage({ content: 'Kayak, at last!' })], aCall());
      const { vector, model } = aMeaningQuery('kayak');
      const near = { model, dimensions: vector.length, vector: Promise.resolve(vector) };
      const words = aKeywordQuery({ terms: ['kayak'], near });
      const found = await engine.candidates.byKeyword(scope, words, {}, 10, aCall());
      const query = aMeaningQuery('kayak', { alongside: found.candidates });
      const { alongside } = await engine.candidates.byMeaning(scope, query, {}, 10, aCall());
      assert.equal(alongside.length, 3);
      assert.deepEqual(found.nearness ?? alongside, alongside);
      const late = { ...near, vector: new Promise<Float32Array>(() => undefined) };
      const untold = await engine.candidates.byKeyword(scope, { ...words, near: late }, {}, 10, aCall());
      assert.equal(untold.nearness, undefined);
      assert.deepEqual(untold.candidates, found.candidates);
    });

    test('words of the query are counted where they are found', async () => {
      const { engine, scope } = setting();
      const messages = [
        aMessage({ content: 'Where to?' }),
        aMessage({ author: 'Kay', content: 'The kayak, the kayaks!' }),
      ];
      const { key } = await startThread(engine, scope, {}, messages);
      const query = aKeywordQuery({ terms: ['kayak', 'kay', 'where', 'moon'] });
      const { candidates } = await engine.candidates.byKeyword(scope, query, {}, 10, aCall());
      const second = messages[1];
      assert(second !== undefined);
      const found = candidates.find((candidate) => candidate.key.message === messageKeyIn(key, second).message);
      assert(found !== undefined);
      assert.deepEqual(
        found.counts.terms.map(({ text, author, previous }) => [text, author, previous]),
        [
          [2, 0, 0],
          [0, 1, 0],
          [0, 0, 1],
          [0, 0, 0],
        ],
      );
    });

    test('messages with the same words have the same fingerprint, others another', async () => {
      const { engine, scope } = setting();
      const same = ['The kayak leaks!', 'the KAYAK leaks', 'The kayak\n– leaks…'];
      const others = ['the kayak leaks again', 'leaks the kayak', 'the kayak'];
      for (const content of [...same, ...others]) await startThread(engine, scope, {}, messagesSaying(content));
      await embedAll(engine, scope);
      const byWords = await engine.candidates.byKeyword(scope, aKeywordQuery({ terms: ['kayak'] }), {}, 10, aCall());
      const byMeaning = await engine.candidates.byMeaning(scope, aMeaningQuery('kayak'), {}, 10, aCall());
      for (const { candidates } of [byWords, byMeaning]) {
        const contents = await contentsOf(engine, scope, candidates);
        const prints = new Map(contents.map((content, at) => [content, candidates[at]?.counts.fingerprint]));
        assert.equal(new Set(same.map((content) => prints.get(content))).size, 1);
        assert.equal(new Set(prints.values()).size, 1 + others.length);
      }
    });

    test('a vector of another model is never compared', async () => {
      const { engine, scope } = setting();
      await startThread(engine, scope, {}, messagesSaying('kayak'));
      await embedAll(engine, scope);
      const query = aMeaningQuery('kayak', { model: 'another' });
      const { candidates } = await engine.candidates.byMeaning(scope, query, {}, 10, aCall());
      assert.deepEqual(candidates, []);
    });

    test('a reply that is being written is no candidate until it has ended', async () => {
      const { engine, scope } = setting();
      const reply = aPendingReply({ content: 'the kayak' });
      const { key } = await startThread(engine, scope, {}, [reply]);
      await embedAll(engine, scope);
      assert.deepEqual(await foundByWord(engine, scope, 'kayak'), []);
      assert.deepEqual(await foundByMeaning(engine, scope, 'the kayak'), []);
      await engine.messages.finish(scope, messageKeyIn(key, reply), anOutcome({ content: 'the kayak it is' }), aCall());
      await embedAll(engine, scope);
      assert.deepEqual(await foundByWord(engine, scope, 'kayak'), ['the kayak it is']);
      assert.deepEqual(await foundByMeaning(engine, scope, 'the kayak'), ['the kayak it is']);
    });

    describe('filters act before the cut', () => {
      const setUp = async (): Promise<Setting & { cases: [MessageFilter, string[]][] }> => {
        const its = setting();
        const { engine, scope, bob } = its;
        for (let batch = 0; batch < 3; batch += 1) {
          const noise = Array.from({ length: 100 }, (_, place) => `kayak ${'kayak '.repeat(place % 5)}`);
          await startThread(engine, scope, {}, messagesSaying(...noise));
        }
        const inThread = { agent: 'planner', metadata: { topic: 'water' } };
        const rare = await startThread(engine, scope, inThread, messagesSaying('the kayak of the thread'));
        await startThread(engine, scope, {}, [aMessage({ content: 'the kayak of a tool', role: 'TOOL' })]);
        await startThread(engine, scope, {}, [aMessage({ content: 'the kayak by Carol', author: 'Carol' })]);
        await startThread(engine, scope, {}, [aMessage({ content: 'the kayak by a model', model: 'm-1' })]);
        await startThread(engine, scope, {}, [aMessage({ content: 'the kayak that failed', status: 'FAILED' })]);
        await startThread(engine, scope, {}, [aMessage({ content: 'the kayak superseded', status: 'SUPERSEDED' })]);
        await startThread(engine, scope, {}, [
          aMessage({ content: 'the kayak long ago', createdAt: BUILT_AT - 9_000 }),
        ]);
        await startThread(engine, scope, {}, [aMessage({ content: 'the kayak marked', metadata: { mark: 'x' } })]);
        for (const part of ['1', '2', '3'])
          await startThread(engine, bob, {}, messagesSaying(`the kayak of Bob ${part}`));
        await embedAll(engine, scope);
        return {
          ...its,
          cases: [
            [{ threadKeys: [rare.key, threadKeyIn(scope, aThread())] }, ['the kayak of the thread']],
            [{ agents: ['planner'] }, ['the kayak of the thread']],
            [{ threadMetadata: { topic: 'water' } }, ['the kayak of the thread']],
            [{ roles: ['TOOL'] }, ['the kayak of a tool']],
            [{ authors: ['Carol'] }, ['the kayak by Carol']],
            [{ models: ['m-1'] }, ['the kayak by a model']],
            [{ statuses: ['FAILED'] }, ['the kayak that failed']],
            [{ statuses: ['SUPERSEDED'] }, ['the kayak superseded']],
            [{ createdAt: { from: null, to: BUILT_AT } }, ['the kayak long ago']],
            [{ messageMetadata: { mark: 'x' } }, ['the kayak marked']],
            [{ ownerIds: [bob.owner] }, ['the kayak of Bob 1', 'the kayak of Bob 2', 'the kayak of Bob 3']],
            [{ roles: [] }, []],
            [{ agents: ['planner'], excludedThreadKeys: [rare.key] }, []],
          ],
        };
      };
      test('by word and by meaning, three of hundreds are all found with a limit of three', async () => {
        const its = await setUp();
        for (const [filter, expected] of its.cases) {
          const worded = await foundByWord(its.engine, its.everyone, 'kayak', filter, 3);
          assert.deepEqual(worded.sort(), expected, JSON.stringify(filter));
          const near = await foundByMeaning(its.engine, its.everyone, 'kayak', filter, 3);
          assert.deepEqual(near.sort(), expected, JSON.stringify(filter));
        }
        const unfiltered = await foundByMeaning(its.engine, its.everyone, 'superseded kayak', {}, 1_000);
        assert(!unfiltered.includes('the kayak superseded'));
      });

      test('an owner finds their own, whatever the filter says', async () => {
        const { engine, scope, bob } = await setUp();
        assert.deepEqual(await foundByWord(engine, scope, 'kayak', { ownerIds: [bob.owner] }), []);
        assert.equal((await foundByWord(engine, bob, 'kayak')).length, 3);
        assert.equal((await foundByMeaning(engine, bob, 'kayak', {}, 3)).length, 3);
      });
    });
  });
}
