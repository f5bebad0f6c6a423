import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Failure } from '../../../src/core/thread.ts';
import { aCall, aMessage, anOutcome, aPendingReply, BUILT_AT, messageKeyIn } from '../../support/builders.ts';
import { startThread, useEngine, type MakeEngine } from './setting.ts';

const DAY = 86_400_000;
const DAYS = { from: '2026-11-01', to: '2026-11-30' };

/** The usage ledger: what it counts, and that it forgets nothing. */
export function describeLedger(make: MakeEngine): void {
  describe('the ledger', () => {
    const setting = useEngine(make);

    test('it counts by day, owner and model, each message once', async () => {
      const { engine, scope, bob, everyone } = setting();
      const reply = aMessage({ role: 'ASSISTANT', model: 'm-1', usage: { inputTokens: 3, outputTokens: 4 } });
      const { thread } = await startThread(engine, scope, {}, [aMessage(), reply, aMessage()]);
      const next = aMessage({ ...reply, id: aMessage().id, createdAt: BUILT_AT + DAY });
      await engine.messages.append(scope, thread.id, [next, reply], aCall());
      await startThread(engine, bob, {}, [aMessage()]);
      const none = { inputTokens: 0, outputTokens: 0 };
      const adas = [
        { day: '2026-11-23', owner: 'ada', model: null, messages: 2, replies: 0, usage: none },
        { day: '2026-11-23', owner: 'ada', model: 'm-1', messages: 1, replies: 1, usage: reply.usage },
      ];
      const bobs = { day: '2026-11-23', owner: 'bob', model: null, messages: 1, replies: 0, usage: none };
      const later = { day: '2026-11-24', owner: 'ada', model: 'm-1', messages: 1, replies: 1, usage: reply.usage };
      assert.deepEqual(await engine.ledger.read(scope, DAYS, aCall()), [...adas, later]);
      assert.deepEqual(await engine.ledger.read(everyone, DAYS, aCall()), [...adas, bobs, later]);
      const oneDay = { from: '2026-11-24', to: '2026-11-24' };
      assert.deepEqual(await engine.ledger.read(everyone, oneDay, aCall()), [later]);
    });

    test('a reply is counted when it ends, with the model and usage that it ended with', async () => {
      const { engine, scope } = setting();
      const reply = aPendingReply({ model: null });
      const { key } = await startThread(engine, scope, {}, [reply]);
      assert.deepEqual(await engine.ledger.read(scope, DAYS, aCall()), []);
      const outcome = anOutcome({ model: 'm-2' });
      await engine.messages.finish(scope, messageKeyIn(key, reply), outcome, aCall());
      await engine.messages.finish(scope, messageKeyIn(key, reply), outcome, aCall());
      assert.deepEqual(await engine.ledger.read(scope, DAYS, aCall()), [
        { day: '2026-11-23', owner: 'ada', model: 'm-2', messages: 1, replies: 1, usage: outcome.usage },
      ]);
    });

    test('a reply that a crash left behind is counted when it is marked FAILED', async () => {
      const { engine, scope } = setting();
      await startThread(engine, scope, {}, [aPendingReply({ model: 'm-3', createdAt: BUILT_AT - 1 })]);
      const failure: Failure = { code: 'INTERRUPTED', message: 'Stopped.', retryable: true };
      await engine.messages.failPending(BUILT_AT, failure, aCall());
      const lines = await engine.ledger.read(scope, DAYS, aCall());
      assert.deepEqual(
        lines.map(({ model, messages, replies }) => [model, messages, replies]),
        [['m-3', 1, 1]],
      );
    });

    test('it keeps counts of what was deleted', async () => {
      const { engine, scope } = setting();
      const [one, two] = [aMessage(), aMessage()];
      const { thread, key } = await startThread(engine, scope, {}, [one, two]);
      const before = await engine.ledger.read(scope, DAYS, aCall());
      await engine.messages.delete(scope, messageKeyIn(key, one), aCall());
      await engine.threads.delete(scope, thread.id, aCall());
      assert.deepEqual(await engine.ledger.read(scope, DAYS, aCall()), before);
    });
  });
}
