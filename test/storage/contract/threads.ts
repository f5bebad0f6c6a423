import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { aCall, aThread, BUILT_AT, threadKeyIn } from '../../support/builders.ts';
import { assertRefused, startThread, threadNow, useEngine, type Capabilities, type MakeEngine } from './setting.ts';

/** Creating, reading and changing threads. */
export function describeThreads(make: MakeEngine, capabilities: Capabilities): void {
  describe('threads', () => {
    const setting = useEngine(make);

    test('a thread that was created is read back whole', async () => {
      const { engine, scope } = setting();
      const thread = aThread({
        title: 'Kayaks, “cheap” ones \u0000 🛶',
        agent: 'planner',
        instructions: 'Be brief.',
        status: 'ARCHIVED',
        metadata: { topic: 'water', 'a "quoted" key': 'x', $path: 'y', 'a.b[0]': 'z' },
        expiresAt: BUILT_AT + 60_000,
      });
      const { thread: created, created: isNew } = await engine.threads.create(scope, thread, aCall());
      assert.equal(isNew, true);
      assert.deepEqual(created, {
        ...scope,
        ...thread,
        version: 1,
        updatedAt: thread.createdAt,
        lastMessageAt: null,
        messageCount: 0,
        usage: { inputTokens: 0, outputTokens: 0 },
      });
      assert.deepEqual(await threadNow(engine, scope, threadKeyIn(scope, thread)), created);
    });

    test('creating a thread whose id is there gives that one back unchanged', async () => {
      const { engine, scope } = setting();
      const { thread } = await startThread(engine, scope, { title: 'First' });
      const again = await engine.threads.create(scope, aThread({ id: thread.id, title: 'Second' }), aCall());
      assert.deepEqual(again, { thread, created: false });
    });

    test('two creations of one id at once make one thread', async () => {
      const { engine, scope } = setting();
      const thread = aThread();
      const made = await Promise.all([1, 2, 3].map(() => engine.threads.create(scope, thread, aCall())));
      assert.deepEqual(made.map(({ created }) => created).sort(), [false, false, true]);
      assert.equal(await engine.threads.count(scope, {}, aCall()), 1);
    });

    test('a batched read answers in the order of the keys, null for what is not there', async () => {
      const { engine, scope } = setting();
      const one = await startThread(engine, scope);
      const two = await startThread(engine, scope);
      const missing = threadKeyIn(scope, aThread());
      const call = aCall();
      const found = await engine.threads.get(scope, [two.key, missing, one.key, two.key], call);
      assert.deepEqual(
        found.map((thread) => thread?.id ?? null),
        [two.thread.id, null, one.thread.id, two.thread.id],
      );
      if (capabilities.batchesAcrossThreads) assert.equal(call.meter.cost.storageRequests, 1);
      assert.deepEqual(await engine.threads.get(scope, [], aCall()), []);
    });

    test('an update changes the given fields only, and the version and time of change with them', async () => {
      const { engine, scope, clock } = setting();
      const { thread, key } = await startThread(engine, scope, { title: 'Before', metadata: { a: '1' } });
      clock.now += 5_000;
      const changed = await engine.threads.update(scope, thread.id, { title: null, status: 'ARCHIVED' }, null, aCall());
      assert.deepEqual(changed, { ...thread, title: null, status: 'ARCHIVED', version: 2, updatedAt: clock.now });
      assert.deepEqual(await threadNow(engine, scope, key), changed);
      const expiresAt = clock.now + 60_000;
      const again = await engine.threads.update(scope, thread.id, { metadata: { b: '2' }, expiresAt }, null, aCall());
      assert.deepEqual(again, { ...changed, metadata: { b: '2' }, expiresAt, version: 3 });
    });

    test('an update of a version that is no more is a CONFLICT and changes nothing', async () => {
      const { engine, scope } = setting();
      const { thread, key } = await startThread(engine, scope);
      const changed = await engine.threads.update(scope, thread.id, { title: 'One' }, thread.version, aCall());
      await assertRefused(
        engine.threads.update(scope, thread.id, { title: 'Two' }, thread.version, aCall()),
        'CONFLICT',
      );
      assert.deepEqual(await threadNow(engine, scope, key), changed);
    });

    test('of updates of the same version at once, one succeeds', async () => {
      const { engine, scope } = setting();
      const { thread } = await startThread(engine, scope);
      const titles = ['One', 'Two', 'Three', 'Four'];
      const ends = await Promise.allSettled(
        titles.map((title) => engine.threads.update(scope, thread.id, { title }, 1, aCall())),
      );
      assert.equal(ends.filter(({ status }) => status === 'fulfilled').length, 1);
    });

    test('an update of a thread that is not there is NOT_FOUND', async () => {
      const { engine, scope } = setting();
      await assertRefused(engine.threads.update(scope, aThread().id, { title: 'x' }, null, aCall()), 'NOT_FOUND');
    });

    test('a call that was given up before it began does nothing', async () => {
      const { engine, scope } = setting();
      const given = AbortSignal.abort(new Error('The client has gone.'));
      await assert.rejects(engine.threads.create(scope, aThread(), aCall(given)), /The client has gone/);
      await assert.rejects(engine.threads.count(scope, {}, aCall(given)), /The client has gone/);
      assert.equal(await engine.threads.count(scope, {}, aCall()), 0);
    });

    test('it answers a ping', async () => {
      await setting().engine.ping();
    });
  });
}
