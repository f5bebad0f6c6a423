import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Engine } from '../../../src/storage/store.ts';
import { aCall, aMessage, aScope, aTenantScope, messageKeyIn } from '../../support/builders.ts';
import {
  aKeywordQuery,
  aMeaningQuery,
  aModel,
  contentsOf,
  DIMENSIONS,
  embedAll,
  embedded,
  MODEL,
  vectorOf,
  waitingOf,
} from '../contract/searching.ts';
import { messagesOf, messagesSaying, startThread } from '../contract/setting.ts';
import { connectTo, openSetting } from './setting.ts';

const scope = aScope();

/** More messages with a word than the engine ranks by itself. */
async function fillWith(engine: Engine, owner = scope): Promise<void> {
  for (let thread = 0; thread < 6; thread += 1) {
    const { thread: made } = await startThread(engine, owner);
    for (let batch = 0; batch < 2; batch += 1) {
      const contents = Array.from(
        { length: 90 },
        (_, at) => `the kayak and much else of no interest, number ${String(at)}`,
      );
      await engine.messages.append(owner, made.id, messagesSaying(...contents), aCall());
    }
  }
}

for (const partitionKeyWithRank of ['ignored', 'honoured'] as const) {
  describe(`when more is found than can be ranked here, and a partition key beside RANK is ${partitionKeyWithRank}`, () => {
    test('the service ranks it, within the scope, with what is asked for beside the words', async () => {
      await using setting = await openSetting({ ranges: 3, gateway: { partitionKeyWithRank } });
      const { engine, emulator } = setting;
      await fillWith(engine);
      await startThread(engine, scope, {}, [aMessage({ content: 'kayak kayak kayak', author: 'Ada Lovelace' })]);
      await startThread(engine, scope, {}, messagesSaying('kayak kayak kayak that leaks'));
      for (const [owner, tenant] of [
        ['ada', 'rival'],
        ['bob', 'acme'],
      ] as const) {
        await startThread(engine, aScope(owner, tenant), {}, messagesSaying('kayak kayak kayak kayak'));
      }
      const found = async (fields: Parameters<typeof aKeywordQuery>[0], limit: number) => {
        const query = aKeywordQuery({ terms: ['kayaks'], ...fields });
        const { candidates } = await engine.candidates.byKeyword(scope, query, {}, limit, aCall());
        return contentsOf(engine, scope, candidates);
      };
      emulator.forgetRequests();
      assert.deepEqual(await found({}, 2), ['kayak kayak kayak', 'kayak kayak kayak that leaks']);
      assert(emulator.requests.some(({ query = '' }) => query.includes('FullTextScore')));
      assert.deepEqual(await found({ excluded: ['leak'] }, 1), ['kayak kayak kayak']);
      assert.deepEqual(await found({ phrases: [['that', 'leaks']] }, 5), ['kayak kayak kayak that leaks']);
      assert.equal((await found({ phrases: [['the', 'kayak']] }, 50)).length, 50);
      assert.deepEqual(await found({ authors: [['ada']] }, 5), ['kayak kayak kayak']);
    });
  });
}

test('a question of more words than the functions take at once is answered', async () => {
  await using setting = await openSetting();
  const { engine } = setting;
  await startThread(engine, scope, {}, messagesSaying('the last word is zebra'));
  const terms = [...Array.from({ length: 47 }, (_, at) => `word${String(at)}`), 'zebra'];
  const { candidates } = await engine.candidates.byKeyword(scope, aKeywordQuery({ terms }), {}, 10, aCall());
  assert.equal(candidates.length, 1);
});

test('what comes after a message counts for it, and no more once that was deleted', async () => {
  await using setting = await openSetting();
  const { engine } = setting;
  const messages = messagesSaying('Shall we paddle?', ' ', 'Yes, by kayak!');
  const { key } = await startThread(engine, scope, {}, messages);
  const counts = async () => {
    const query = aKeywordQuery({ terms: ['paddle', 'kayak'] });
    const { candidates, statistics } = await engine.candidates.byKeyword(scope, query, {}, 10, aCall());
    const [first] = candidates.filter((candidate) => candidate.key.message === messages[0]?.id);
    return [first?.counts.terms.map(({ text, next }) => [text, next]), statistics?.frequencies];
  };
  assert.deepEqual(await counts(), [
    [
      [1, 0],
      [0, 1],
    ],
    [2, 2],
  ]);
  const last = messages[2];
  assert(last !== undefined);
  await engine.messages.delete(scope, messageKeyIn(key, last), aCall());
  assert.deepEqual(await counts(), [
    [
      [1, 0],
      [0, 0],
    ],
    [1, 0],
  ]);
});

describe('passages', () => {
  test('of a message so long that they take several batches are all found once it is READY', async () => {
    await using setting = await openSetting();
    const { engine } = setting;
    await engine.index.adopt(aModel(), aCall());
    const { key } = await startThread(engine, scope, {}, messagesSaying('before', 'long '.repeat(500), 'after'));
    for (const task of await waitingOf(engine, scope)) {
      const words = task.message.content.split(' ').slice(0, 250);
      const passages = words.map((_, at) => ({
        start: 5 * at,
        end: 5 * at + 4,
        vector: vectorOf(String.fromCodePoint(97 + (at % 26))),
      }));
      await engine.index.store([{ ...embedded(task), outcome: { kind: 'embedded', passages } }], aCall());
    }
    assert((await messagesOf(engine, scope, key)).every(({ indexing }) => indexing === 'READY'));
    const { candidates } = await engine.candidates.byMeaning(scope, aMeaningQuery('z'), {}, 1, aCall());
    assert.deepEqual(candidates[0]?.passage, { start: 125, end: 129 });

    const [, long] = await messagesOf(engine, scope, key);
    assert(long !== undefined);
    await engine.messages.delete(scope, messageKeyIn(key, long), aCall());
    const left = await engine.candidates.byMeaning(scope, aMeaningQuery('z'), {}, 10, aCall());
    assert.equal(left.candidates.length, 2);
  });

  test('that there are none of make a message READY, too', async () => {
    await using setting = await openSetting();
    const { engine } = setting;
    await engine.index.adopt(aModel(), aCall());
    const { key } = await startThread(engine, scope, {}, messagesSaying('!'));
    const tasks = await waitingOf(engine, scope);
    const outcome = { kind: 'embedded', passages: [] } as const;
    await engine.index.store(
      tasks.map((task) => ({ ...embedded(task), outcome })),
      aCall(),
    );
    assert.equal((await messagesOf(engine, scope, key))[0]?.indexing, 'READY');
    assert.deepEqual(await waitingOf(engine, scope), []);
  });

  test('of a longer vector than the container takes are refused, in words', async () => {
    await using setting = await openSetting();
    const { engine } = setting;
    await assert.rejects(
      engine.index.adopt(aModel('large', DIMENSIONS + 1), aCall()),
      /takes vectors of up to 64 dimensions, but those of large have 65/,
    );
  });

  test('are searched by the model that was adopted last, also by a server that starts later', async () => {
    await using setting = await openSetting();
    const { engine, emulator } = setting;
    await engine.index.adopt(aModel(), aCall());
    await startThread(engine, scope, {}, messagesSaying('kayak'));
    await embedAll(engine, scope);
    const other = await connectTo(emulator);
    await other.index.adopt(aModel(), aCall());
    const { candidates } = await other.candidates.byMeaning(aTenantScope(), aMeaningQuery('kayak'), {}, 5, aCall());
    assert.equal(candidates.length, 1);
    assert.deepEqual(await other.index.waiting(MODEL, { from: 'oldest', limit: 10 }, aCall()), []);
    await other.close();
  });
});
