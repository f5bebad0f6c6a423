import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SkeinError } from '../../../src/core/errors.ts';
import { aCall, aMessage, aScope, messageKeyIn } from '../../support/builders.ts';
import { aKeywordQuery, foundByWord } from '../contract/searching.ts';
import { messagesOf, messagesSaying, startThread, threadNow } from '../contract/setting.ts';
import { openSetting } from './setting.ts';

const scope = aScope();

/** With the head, one operation more than a batch takes. */
const MANY = () => messagesSaying(...Array.from({ length: 100 }, (_, at) => `part ${String(at)}`));

describe('an append that is too much for one batch', () => {
  test('is stored whole, in order, and found by its words', async () => {
    await using setting = await openSetting();
    const { engine } = setting;
    const { thread, key } = await startThread(engine, scope, {}, messagesSaying('before'));
    const messages = messagesSaying(...['a', 'b', 'c', 'd'].map((part) => `${part} ${'long '.repeat(120_000)}`));
    const appended = await engine.messages.append(scope, thread.id, messages, aCall());
    assert.deepEqual(
      appended.messages.map(({ message, created }) => [message.seq, created]),
      messages.map((_, at) => [at + 2, true]),
    );
    const stored = await messagesOf(engine, scope, key);
    assert.deepEqual(
      stored.slice(1),
      appended.messages.map(({ message }) => message),
    );
    assert.equal((await threadNow(engine, scope, key))?.messageCount, 5);
    assert.equal((await foundByWord(engine, scope, 'long')).length, 4);
    const again = await engine.messages.append(scope, thread.id, messages, aCall());
    assert(again.messages.every(({ created }) => !created));
  });

  test('stores content that JSON swells to six times its bytes', async () => {
    await using setting = await openSetting();
    const { engine } = setting;
    const { thread, key } = await startThread(engine, scope);
    const content = '\u0001\u0002"\\'.repeat(262_144);
    const message = aMessage({ content: `kayak ${content}` });
    const toolCalls = [{ id: 'c', name: 'n', arguments: '{}' }];
    await engine.messages.append(scope, thread.id, [message, aMessage({ content, toolCalls })], aCall());
    const [first, second] = await messagesOf(engine, scope, key);
    assert.equal(first?.content, message.content);
    assert.deepEqual([second?.content, second?.toolCalls], [content, toolCalls]);
    assert.equal((await foundByWord(engine, scope, 'kayak')).length, 2, 'itself, and the one whose context it is');
  });

  test('of different words only, a megabyte is stored', async () => {
    await using setting = await openSetting();
    const { engine } = setting;
    const { thread, key } = await startThread(engine, scope);
    let content = '';
    for (let word = 0; content.length < 1_040_000; word += 1) content += `w${word.toString(36)} `;
    await engine.messages.append(scope, thread.id, [aMessage({ content })], aCall());
    assert.equal((await messagesOf(engine, scope, key))[0]?.content, content);
    const query = aKeywordQuery({ terms: ['w0'] });
    assert.equal((await engine.candidates.byKeyword(scope, query, {}, 10, aCall())).candidates.length, 1);
  });

  // Its writes: the parcels, the commit, seven batches of messages, the end of it, and the parcels' removal.
  for (const broken of [0, 1, 2, 3, 5, 8, 9, 10, 11]) {
    test(`broken off at write ${String(broken)}, is there whole or not at all, and once when it is repeated`, async () => {
      await using setting = await openSetting(
        {},
        { patience: { requestMs: 5_000, budgetMs: 40, lostMs: 40, firstPauseMs: 5 } },
      );
      const { engine, emulator } = setting;
      const { thread, key } = await startThread(engine, scope, {}, messagesSaying('before'));
      const messages = MANY();
      const fault = emulator.faults.add({
        match: { operation: 'batch' },
        skip: broken,
        effect: { kind: 'status', status: 503 },
      });
      const end = await engine.messages.append(scope, thread.id, messages, aCall()).then(
        () => 'stored',
        (error: unknown) => {
          assert(error instanceof SkeinError && error.code === 'UNAVAILABLE', String(error));
          return 'broken off';
        },
      );
      assert.equal(end, fault.hits() > 0 ? 'broken off' : 'stored');
      emulator.faults.clear();

      const last = messages.at(-1);
      assert(last !== undefined);
      const [seen] = await engine.messages.get(scope, [messageKeyIn(key, last)], aCall());
      const before = await messagesOf(engine, scope, key);
      const head = await threadNow(engine, scope, key);
      assert([1, 101].includes(before.length), `${String(before.length)} messages`);
      assert.equal(head?.messageCount, before.length);
      assert.equal(seen !== null, before.length === 101);

      await engine.messages.append(scope, thread.id, messages, aCall());
      const after = await messagesOf(engine, scope, key);
      assert.deepEqual(
        after.map(({ content, seq }) => [content, seq]),
        ['before', ...messages.map(({ content }) => content)].map((content, at) => [content, at + 1]),
      );
    });
  }
});
