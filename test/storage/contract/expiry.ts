import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ThreadPosition, Window } from '../../../src/storage/store.ts';
import { aCall, aMessage, anOutcome, aPendingReply, aThread, BUILT_AT, messageKeyIn } from '../../support/builders.ts';
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

const EXPIRES = BUILT_AT + 60_000;

/** Threads whose time has passed. */
export function describeExpiry(make: MakeEngine): void {
  describe('expiry', () => {
    const setting = useEngine(make);

    test('from the moment on at which it expires, a thread is gone from every read and write', async () => {
      const { engine, scope, everyone, clock } = setting();
      const reply = aPendingReply();
      const { thread, key } = await startThread(engine, scope, { expiresAt: EXPIRES }, [
        ...messagesSaying('the kayak'),
        reply,
      ]);
      await embedAll(engine, scope);
      await engine.messages.append(scope, thread.id, messagesSaying('the paddle'), aCall());
      clock.now = EXPIRES - 1;
      assert.equal((await threadNow(engine, scope, key))?.messageCount, 3);
      assert.deepEqual(await foundByMeaning(engine, scope, 'the kayak'), ['the kayak']);

      clock.now = EXPIRES;
      const window: Window<ThreadPosition> = { from: 'start', limit: 10, after: null, before: null };
      const order = { field: 'CREATED_AT', direction: 'ASC' } as const;
      for (const whose of [scope, everyone]) {
        assert.equal(await threadNow(engine, whose, key), null);
        assert.deepEqual((await engine.threads.list(whose, {}, order, window, aCall())).items, []);
        assert.equal(await engine.threads.count(whose, {}, aCall()), 0);
        assert.deepEqual(await messagesOf(engine, whose, key), []);
        assert.deepEqual(await engine.messages.get(whose, [messageKeyIn(key, reply)], aCall()), [null]);
        assert.deepEqual(await engine.messages.count(whose, [{ thread: key, filter: {} }], aCall()), [0]);
        assert.deepEqual(await foundByWord(engine, whose, 'kayak'), []);
        assert.deepEqual(await foundByMeaning(engine, whose, 'the kayak'), []);
        assert.equal(await engine.index.countPending(whose, aCall()), 0);
      }
      assert.deepEqual(await waitingOf(engine, scope), []);
      await assertRefused(engine.messages.append(scope, thread.id, [aMessage()], aCall()), 'NOT_FOUND');
      await assertRefused(engine.messages.finish(scope, messageKeyIn(key, reply), anOutcome(), aCall()), 'NOT_FOUND');
      await assertRefused(engine.threads.update(scope, thread.id, { expiresAt: null }, null, aCall()), 'NOT_FOUND');
      assert.equal(await engine.messages.delete(scope, messageKeyIn(key, reply), aCall()), false);
      assert.equal(await engine.threads.delete(scope, thread.id, aCall()), false);
    });

    test('a change of expiry counts at once', async () => {
      const { engine, scope, clock } = setting();
      const { thread, key } = await startThread(engine, scope, { expiresAt: EXPIRES });
      await engine.threads.update(scope, thread.id, { expiresAt: null }, null, aCall());
      clock.now = EXPIRES;
      assert.notEqual(await threadNow(engine, scope, key), null);
      await engine.threads.update(scope, thread.id, { expiresAt: EXPIRES }, null, aCall());
      assert.equal(await threadNow(engine, scope, key), null);
    });

    test('a thread may be made again with the id of an expired one', async () => {
      const { engine, scope, clock } = setting();
      const { thread, key } = await startThread(engine, scope, { expiresAt: EXPIRES }, messagesSaying('old'));
      clock.now = EXPIRES;
      const again = await engine.threads.create(scope, aThread({ id: thread.id }), aCall());
      assert.equal(again.created, true);
      assert.deepEqual(await messagesOf(engine, scope, key), []);
    });

    test('a sweep removes what has expired, up to its limit, and nothing else; the ledger keeps its counts', async () => {
      const { engine, scope, clock } = setting();
      clock.now = EXPIRES;
      await engine.threads.sweepExpired(1_000, aCall());
      clock.now = BUILT_AT;
      for (const expiresAt of [EXPIRES, EXPIRES, EXPIRES, EXPIRES + 1, null]) {
        await startThread(engine, scope, { expiresAt }, messagesSaying('words'));
      }
      clock.now = EXPIRES;
      assert.equal(await engine.threads.sweepExpired(2, aCall()), 2);
      assert.equal(await engine.threads.sweepExpired(2, aCall()), 1);
      assert.equal(await engine.threads.sweepExpired(2, aCall()), 0);
      clock.now = BUILT_AT;
      assert.equal(await engine.threads.count(scope, {}, aCall()), 2);
      const [line] = await engine.ledger.read(scope, { from: '2026-11-23', to: '2026-11-23' }, aCall());
      assert.equal(line?.messages, 5);
    });
  });
}
