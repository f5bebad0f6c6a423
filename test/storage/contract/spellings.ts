import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Scope } from '../../../src/core/identity.ts';
import type { Engine } from '../../../src/storage/store.ts';
import { aCall, aMessage, messageKeyIn } from '../../support/builders.ts';
import { messagesSaying, startThread, useEngine, type MakeEngine } from './setting.ts';

/** Which words a scope's messages have that are one letter away from a word. */
export function describeSpellings(make: MakeEngine): void {
  describe('spellings', () => {
    const setting = useEngine(make);
    const spellingsOf = async (engine: Engine, scope: Scope, word: string) => {
      const [spellings] = await engine.candidates.spellings(scope, [word], aCall());
      return spellings;
    };

    test('are words one letter away that a message has, in what it says, who says it or when', async () => {
      const { engine, scope } = setting();
      const message = aMessage({ content: 'We rented kayaks near Lisbon.', author: 'Lovelace' });
      await startThread(engine, scope, {}, [message]);
      for (const [typed, expected] of [
        ['kayac', 'kayak'],
        ['kaak', 'kayak'],
        ['kyaaks', 'kayaks'],
        ['kayaaks', 'kayaks'],
        ['lissbon', 'lisbon'],
        ['bisbon', 'lisbon'],
        ['rentde', 'rented'],
        ['lovelase', 'lovelace'],
        ['novembre', 'november'],
      ] as const) {
        assert.deepEqual(await spellingsOf(engine, scope, typed), [expected], typed);
      }
    });

    test('are none of a word that a message has, of one two letters away, of short ones and of other scripts', async () => {
      const { engine, scope } = setting();
      await startThread(engine, scope, {}, messagesSaying('kayaks, kayacs, the lake, red, казак', 'казах'));
      for (const word of ['kayaking', 'kayac', 'kasat', 'lakee', 'lak', 'rede', 'казаф', '']) {
        assert.deepEqual(await spellingsOf(engine, scope, word), [], word);
      }
      const answer = await engine.candidates.spellings(scope, ['kayac', 'kaiac', 'kaiak'], aCall());
      assert.deepEqual(answer, [[], ['kayac'], ['kayak']]);
    });

    test('come with the commonest first, and one for several forms of a word', async () => {
      const { engine, scope } = setting();
      await startThread(engine, scope, {}, messagesSaying('seating', 'meeting', 'meetings', 'meeting'));
      assert.deepEqual(await spellingsOf(engine, scope, 'seeting'), ['meeting', 'seating']);
    });

    test('are of the scope’s own messages only', async () => {
      const { engine, scope, bob, everyone } = setting();
      await startThread(engine, bob, {}, messagesSaying('zeppelin'));
      assert.deepEqual(await spellingsOf(engine, scope, 'zepelin'), []);
      assert.deepEqual(await spellingsOf(engine, bob, 'zepelin'), ['zeppelin']);
      assert.deepEqual(await spellingsOf(engine, everyone, 'zepelin'), ['zeppelin']);
    });

    test('go with the message that had them', async () => {
      const { engine, scope } = setting();
      const message = aMessage({ content: 'the zeppelin' });
      const { key } = await startThread(engine, scope, {}, [...messagesSaying('one', 'two'), message]);
      await engine.messages.append(scope, key.thread, messagesSaying('three'), aCall());
      const gone = await startThread(engine, scope, {}, messagesSaying('the catamaran'));
      assert.deepEqual(await spellingsOf(engine, scope, 'zepelin'), ['zeppelin']);
      await engine.messages.delete(scope, messageKeyIn(key, message), aCall());
      await engine.threads.delete(scope, gone.thread.id, aCall());
      assert.deepEqual(await spellingsOf(engine, scope, 'zepelin'), []);
      assert.deepEqual(await spellingsOf(engine, scope, 'catamarann'), []);
    });
  });
}
