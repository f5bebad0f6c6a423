import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { OwnerScope, Scope } from '../../../src/core/identity.ts';
import type { Engine, ThreadPosition, Window } from '../../../src/storage/store.ts';
import {
  aCall,
  aMessage,
  anOutcome,
  aPendingReply,
  aScope,
  aTenantScope,
  aThread,
  messageKeyIn,
  threadKeyIn,
} from '../../support/builders.ts';
import { embedAll, embedded, foundByMeaning, foundByWord, waitingOf } from './searching.ts';
import { assertRefused, messagesOf, startThread, useEngine, type MakeEngine } from './setting.ts';

const DAYS = { from: '2026-11-01', to: '2026-11-30' };
const START: Window<ThreadPosition> = { from: 'start', limit: 100, after: null, before: null };
const NEWEST = { field: 'LAST_MESSAGE_AT', direction: 'DESC' } as const;

/** Two tenants with the same owners and ids, and two owners of one tenant: neither is ever seen from the other. */
export function describeTenancy(make: MakeEngine): void {
  describe('tenants and owners', () => {
    const setting = useEngine(make);
    const thread = aThread({ title: 'Kayak' });
    const said = aMessage({ content: 'the kayak is mine' });
    const reply = aPendingReply();

    test('nothing of a thread is seen or changed from another tenant with the same owner and ids', async () => {
      const { engine, scope } = setting();
      await startThread(engine, scope, thread, [said, reply]);
      await embedAll(engine, scope);
      const before = await everythingOf(engine, scope);
      assert.equal(before.messages.length, 2);
      const elsewhere = `${scope.tenant}-elsewhere`;
      for (const whose of [aScope('ada', elsewhere), aTenantScope(elsewhere)]) await assertUnseen(engine, whose);
      await assertUntouchable(engine, aScope('ada', elsewhere));
      assert.deepEqual(await everythingOf(engine, scope), before);
    });

    test('nothing of a thread is seen or changed by another owner of the same tenant', async () => {
      const { engine, scope, bob } = setting();
      await startThread(engine, scope, thread, [said, reply]);
      await embedAll(engine, scope);
      const before = await everythingOf(engine, scope);
      await assertUnseen(engine, bob);
      await assertUntouchable(engine, bob);
      assert.deepEqual(await everythingOf(engine, scope), before);
    });

    test('two tenants with the same owner and ids each have their own', async () => {
      const { engine, scope } = setting();
      const other = aScope('ada', `${scope.tenant}-other`);
      await startThread(engine, scope, thread, [said, reply]);
      await startThread(engine, other, { ...thread, title: 'Canoe' }, [
        { ...said, content: 'the kayak is theirs' },
        reply,
      ]);
      await Promise.all([embedAll(engine, scope), embedAll(engine, other)]);
      const key = threadKeyIn(scope, thread);
      for (const [whose, title, content] of [
        [scope, 'Kayak', 'the kayak is mine'],
        [aTenantScope(scope.tenant), 'Kayak', 'the kayak is mine'],
        [other, 'Canoe', 'the kayak is theirs'],
        [aTenantScope(other.tenant), 'Canoe', 'the kayak is theirs'],
      ] as const) {
        assert.equal((await engine.threads.get(whose, [key], aCall()))[0]?.title, title);
        assert.equal((await messagesOf(engine, whose, key))[0]?.content, content);
        assert.deepEqual(await foundByWord(engine, whose, 'kayak'), [content]);
        assert.deepEqual(await foundByMeaning(engine, whose, 'kayak'), [content]);
        assert.deepEqual(await foundByWord(engine, whose, 'kayak', { threadKeys: [key] }), [content]);
        assert.equal(await engine.threads.count(whose, {}, aCall()), 1);
      }
      await engine.messages.finish(other, messageKeyIn(key, reply), anOutcome(), aCall());
      await engine.messages.delete(other, messageKeyIn(key, said), aCall());
      await engine.threads.delete(other, thread.id, aCall());
      assert.deepEqual(
        (await messagesOf(engine, scope, key)).map(({ content, status }) => [content, status]),
        [
          ['the kayak is mine', 'COMPLETE'],
          ['', 'PENDING'],
        ],
      );
      assert.deepEqual(await foundByMeaning(engine, scope, 'kayak'), ['the kayak is mine']);
    });

    test('a vector for a message of one tenant is not taken for the same key in another', async () => {
      const { engine, scope } = setting();
      const other = aScope('ada', `${scope.tenant}-other`);
      await startThread(engine, scope, thread, [said]);
      const [task] = await waitingOf(engine, scope);
      assert(task !== undefined);
      await engine.index.store([{ ...embedded(task), tenant: other.tenant }], aCall());
      assert.deepEqual(await foundByMeaning(engine, scope, 'kayak'), []);
      assert.deepEqual(await foundByMeaning(engine, other, 'kayak'), []);
      assert.equal(await engine.index.countPending(scope, aCall()), 1);
    });

    async function assertUnseen(engine: Engine, whose: Scope): Promise<void> {
      const key = threadKeyIn(aScope(), thread);
      assert.deepEqual(await engine.threads.get(whose, [key], aCall()), [null]);
      assert.deepEqual((await engine.threads.list(whose, {}, NEWEST, START, aCall())).items, []);
      assert.equal(await engine.threads.count(whose, {}, aCall()), 0);
      assert.deepEqual(await engine.messages.get(whose, [messageKeyIn(key, said)], aCall()), [null]);
      assert.deepEqual(await messagesOf(engine, whose, key), []);
      for (const filter of [{}, { roles: ['USER'] }] as const) {
        assert.deepEqual(await engine.messages.count(whose, [{ thread: key, filter }], aCall()), [0]);
      }
      for (const filter of [{}, { ownerIds: [key.owner] }, { threadKeys: [key] }]) {
        assert.deepEqual(await foundByWord(engine, whose, 'kayak', filter), []);
        assert.deepEqual(await foundByMeaning(engine, whose, 'the kayak is mine', filter), []);
      }
      assert.equal(await engine.index.countPending(whose, aCall()), 0);
      assert.deepEqual(await engine.ledger.read(whose, DAYS, aCall()), []);
    }

    async function assertUntouchable(engine: Engine, whose: OwnerScope): Promise<void> {
      const key = threadKeyIn(aScope(), thread);
      await assertRefused(engine.threads.update(whose, thread.id, { title: 'x' }, null, aCall()), 'NOT_FOUND');
      await assertRefused(engine.messages.append(whose, thread.id, [aMessage()], aCall()), 'NOT_FOUND');
      await assertRefused(engine.messages.finish(whose, messageKeyIn(key, reply), anOutcome(), aCall()), 'NOT_FOUND');
      assert.equal(await engine.messages.delete(whose, messageKeyIn(key, said), aCall()), false);
      assert.equal(await engine.threads.delete(whose, thread.id, aCall()), false);
    }

    async function everythingOf(engine: Engine, scope: OwnerScope) {
      const key = threadKeyIn(scope, thread);
      return {
        threads: await engine.threads.get(scope, [key], aCall()),
        messages: await messagesOf(engine, scope, key),
        byWord: await foundByWord(engine, scope, 'kayak'),
        byMeaning: await foundByMeaning(engine, scope, 'the kayak is mine'),
        ledger: await engine.ledger.read(scope, DAYS, aCall()),
      };
    }
  });
}
