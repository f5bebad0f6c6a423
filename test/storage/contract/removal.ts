import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ThreadPosition, Window } from '../../../src/storage/store.ts';
import { aCall, aMessage, aMessageId, aThread, BUILT_AT, messageKeyIn, threadKeyIn } from '../../support/builders.ts';
import { embedAll, foundByMeaning, foundByWord, waitingOf } from './searching.ts';
import {
  assertRefused,
  messagesOf,
  messagesSaying,
  startThread,
  threadNow,
  useEngine,
  type MakeEngine,
} from './setting.ts';

/** Deleting threads and messages, and what must be gone with them. */
export function describeRemoval(make: MakeEngine): void {
  describe('deleting', () => {
    const setting = useEngine(make);

    test('a deleted thread is gone from every read, list and count', async () => {
      const { engine, scope } = setting();
      const message = aMessage();
      const { thread, key } = await startThread(engine, scope, {}, [message]);
      assert.equal(await engine.threads.delete(scope, thread.id, aCall()), true);
      assert.equal(await threadNow(engine, scope, key), null);
      assert.equal(await engine.threads.count(scope, {}, aCall()), 0);
      assert.deepEqual(await messagesOf(engine, scope, key), []);
      assert.deepEqual(await engine.messages.get(scope, [messageKeyIn(key, message)], aCall()), [null]);
      assert.deepEqual(await engine.messages.count(scope, [{ thread: key, filter: {} }], aCall()), [0]);
      await assertRefused(engine.messages.append(scope, thread.id, [aMessage()], aCall()), 'NOT_FOUND');
      await assertRefused(engine.threads.update(scope, thread.id, { title: 'x' }, null, aCall()), 'NOT_FOUND');
      assert.equal(await engine.threads.delete(scope, thread.id, aCall()), false);
    });

    test('a deleted thread leaves nothing that a search could find, and nothing that waits', async () => {
      const { engine, scope, everyone } = setting();
      const { thread } = await startThread(engine, scope, {}, messagesSaying('the kayak', 'the paddle'));
      await embedAll(engine, scope);
      await engine.messages.append(scope, thread.id, messagesSaying('the river'), aCall());
      await engine.threads.delete(scope, thread.id, aCall());
      for (const whose of [scope, everyone]) {
        assert.deepEqual(await foundByWord(engine, whose, 'kayak'), []);
        assert.deepEqual(await foundByMeaning(engine, whose, 'the kayak'), []);
        assert.equal(await engine.index.countPending(whose, aCall()), 0);
      }
      assert.deepEqual(await waitingOf(engine, scope), []);
    });

    test('a thread of more than a thousand messages is gone as soon as its deletion is answered', async () => {
      const { engine, scope } = setting();
      const kept = await startThread(engine, scope, {}, messagesSaying('the kayak that stays'));
      const { thread, key } = await startThread(engine, scope);
      for (let batch = 0; batch < 11; batch += 1) {
        const messages = messagesSaying(...Array.from({ length: 100 }, (_, place) => `kayak ${String(place)}`));
        await engine.messages.append(scope, thread.id, messages, aCall());
      }
      await engine.threads.delete(scope, thread.id, aCall());
      assert.deepEqual(await messagesOf(engine, scope, key), []);
      assert.deepEqual(await foundByWord(engine, scope, 'kayak'), ['the kayak that stays']);
      assert.equal(await engine.index.countPending(scope, aCall()), 1);
      const again = await engine.threads.create(scope, aThread({ id: thread.id }), aCall());
      assert.deepEqual([again.created, again.thread.messageCount], [true, 0]);
      assert.equal((await messagesOf(engine, scope, kept.key)).length, 1);
    });

    test('a thread may be made again with the id of a deleted one', async () => {
      const { engine, scope } = setting();
      const { thread, key } = await startThread(engine, scope, { title: 'Old' }, messagesSaying('old words'));
      await engine.threads.delete(scope, thread.id, aCall());
      await startThread(engine, scope, { id: thread.id, title: 'New' });
      assert.equal((await threadNow(engine, scope, key))?.title, 'New');
      assert.deepEqual(await messagesOf(engine, scope, key), []);
    });

    test('a deleted message is gone, the others keep their seq, and the head counts one less', async () => {
      const { engine, scope } = setting();
      const messages = messagesSaying('one', 'two', 'three');
      const { thread, key } = await startThread(engine, scope, {}, messages);
      const [, second, third] = messages;
      assert(second !== undefined && third !== undefined);
      assert.equal(await engine.messages.delete(scope, messageKeyIn(key, second), aCall()), true);
      assert.equal(await engine.messages.delete(scope, messageKeyIn(key, second), aCall()), false);
      assert.deepEqual(
        (await messagesOf(engine, scope, key)).map(({ seq }) => seq),
        [1, 3],
      );
      assert.equal((await threadNow(engine, scope, key))?.messageCount, 2);
      await engine.messages.delete(scope, messageKeyIn(key, third), aCall());
      const { messages: appended } = await engine.messages.append(scope, thread.id, [aMessage()], aCall());
      assert.equal(appended[0]?.message.seq, 4);
    });

    test('after a deletion the last message that is left says when the last one was, in lists too', async () => {
      const { engine, scope } = setting();
      const messages = messagesSaying('one', 'two');
      const { key } = await startThread(engine, scope, {}, messages);
      const [first, second] = messages;
      assert(first !== undefined && second !== undefined);
      const between = { ...aThread(), createdAt: BUILT_AT + 500 };
      await startThread(engine, scope, between);
      const newest = async (): Promise<string | undefined> => {
        const order = { field: 'LAST_MESSAGE_AT', direction: 'DESC' } as const;
        const window: Window<ThreadPosition> = { from: 'start', limit: 1, after: null, before: null };
        return (await engine.threads.list(scope, {}, order, window, aCall())).items[0]?.id;
      };
      assert.equal(await newest(), key.thread);
      await engine.messages.delete(scope, messageKeyIn(key, second), aCall());
      assert.equal((await threadNow(engine, scope, key))?.lastMessageAt, BUILT_AT);
      assert.equal(await newest(), between.id);
      await engine.messages.delete(scope, messageKeyIn(key, first), aCall());
      assert.equal((await threadNow(engine, scope, key))?.lastMessageAt, null);
    });

    test('no word of a deleted message remains findable, through its neighbours neither', async () => {
      const { engine, scope } = setting();
      const messages = messagesSaying('before it', 'the zeppelin', 'after it', 'long after it');
      const { key } = await startThread(engine, scope, {}, messages);
      await embedAll(engine, scope);
      const second = messages[1];
      assert(second !== undefined);
      await engine.messages.delete(scope, messageKeyIn(key, second), aCall());
      assert.deepEqual(await foundByWord(engine, scope, 'zeppelin'), []);
      assert(!(await foundByMeaning(engine, scope, 'the zeppelin')).includes('the zeppelin'));
      assert((await foundByWord(engine, scope, 'before')).includes('before it'));
    });

    test('deleting what is not there, or is not in the scope, gives false', async () => {
      const { engine, scope, bob } = setting();
      const message = aMessage();
      const { thread, key } = await startThread(engine, scope, {}, [message]);
      assert.equal(await engine.threads.delete(scope, aThread().id, aCall()), false);
      assert.equal(await engine.threads.delete(bob, thread.id, aCall()), false);
      assert.equal(await engine.messages.delete(scope, { ...key, message: aMessageId() }, aCall()), false);
      assert.equal(
        await engine.messages.delete(scope, messageKeyIn(threadKeyIn(scope, aThread()), message), aCall()),
        false,
      );
      assert.equal(await engine.messages.delete(bob, messageKeyIn(key, message), aCall()), false);
      const bobs = { ...messageKeyIn(key, message), owner: bob.owner };
      assert.equal(await engine.messages.delete(scope, bobs, aCall()), false);
      assert.equal((await messagesOf(engine, scope, key)).length, 1);
    });
  });
}
