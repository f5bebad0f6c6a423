import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { MessageFilter } from '../../../src/core/filter.ts';
import type { Window } from '../../../src/storage/store.ts';
import {
  aCall,
  aMessage,
  aMessageId,
  aPendingReply,
  aThread,
  BUILT_AT,
  messageKeyIn,
  threadKeyIn,
} from '../../support/builders.ts';
import { messagesSaying, startThread, useEngine, type Capabilities, type MakeEngine } from './setting.ts';

const ALL: Window<number> = { from: 'start', limit: 100, after: null, before: null };

/** Reads of messages: batches, windows, filters, counts. */
export function describeMessageLists(make: MakeEngine, capabilities: Capabilities): void {
  describe('lists of messages', () => {
    const setting = useEngine(make);

    test('a batched read answers in the order of the keys, null for what is not there', async () => {
      const { engine, scope } = setting();
      const [one, two] = [aMessage({ content: 'one' }), aMessage({ content: 'two' })];
      const first = await startThread(engine, scope, {}, [one]);
      const second = await startThread(engine, scope, {}, [two]);
      const keys = [
        messageKeyIn(second.key, two),
        messageKeyIn(second.key, one),
        messageKeyIn(first.key, one),
        { ...first.key, message: aMessageId() },
        messageKeyIn(threadKeyIn(scope, aThread()), one),
      ];
      const call = aCall();
      const found = await engine.messages.get(scope, keys, call);
      assert.deepEqual(
        found.map((message) => message?.content ?? null),
        ['two', null, 'one', null, null],
      );
      if (capabilities.batchesAcrossThreads) assert.equal(call.meter.cost.storageRequests, 1);
    });

    test('windows count from either end, between positions, and say whether there is more', async () => {
      const { engine, scope } = setting();
      const { key: thread } = await startThread(engine, scope, {}, messagesSaying('1', '2', '3', '4', '5', '6'));
      const cases: [Window<number>, number[], boolean][] = [
        [{ from: 'start', limit: 2, after: null, before: null }, [1, 2], true],
        [{ from: 'start', limit: 2, after: 2, before: null }, [3, 4], true],
        [{ from: 'start', limit: 2, after: 4, before: null }, [5, 6], false],
        [{ from: 'start', limit: 2, after: 6, before: null }, [], false],
        [{ from: 'end', limit: 2, after: null, before: null }, [5, 6], true],
        [{ from: 'end', limit: 2, after: null, before: 5 }, [3, 4], true],
        [{ from: 'end', limit: 2, after: null, before: 3 }, [1, 2], false],
        [{ from: 'start', limit: 2, after: 1, before: 5 }, [2, 3], true],
        [{ from: 'end', limit: 2, after: 1, before: 5 }, [3, 4], true],
        [{ from: 'end', limit: 3, after: 1, before: 5 }, [2, 3, 4], false],
      ];
      for (const [window, seqs, more] of cases) {
        const [page] = await engine.messages.list(scope, [{ thread, filter: {}, window }], aCall());
        assert.deepEqual([page?.items.map(({ seq }) => seq), page?.more], [seqs, more], JSON.stringify(window));
      }
    });

    test('long messages are read whole, and as many as were asked for', async () => {
      const { engine, scope } = setting();
      const long = ['a', 'b', 'c', 'd', 'e'].map((letter) => letter.repeat(450_000));
      const { key: one } = await startThread(engine, scope, {}, []);
      const { key: other } = await startThread(engine, scope, {}, messagesSaying('short', 'and short'));
      const said = messagesSaying(...long);
      for (const message of said) await engine.messages.append(scope, one.thread, [message], aCall());
      const found = await engine.messages.get(
        scope,
        [...said, aMessage()].map((message) => messageKeyIn(one, message)),
        aCall(),
      );
      assert.deepEqual(
        found.map((message) => message?.content ?? null),
        [...long, null],
      );
      const cases: [Window<number>, number[], boolean][] = [
        [ALL, [1, 2, 3, 4, 5], false],
        [{ from: 'end', limit: 4, after: null, before: null }, [2, 3, 4, 5], true],
        [{ from: 'end', limit: 3, after: null, before: 5 }, [2, 3, 4], true],
        [{ from: 'start', limit: 4, after: null, before: null }, [1, 2, 3, 4], true],
      ];
      for (const filter of [{}, { roles: ['USER', 'ASSISTANT'] }] satisfies MessageFilter[]) {
        for (const [window, seqs, more] of cases) {
          const queries = [one, other, one].map((thread) => ({ thread, filter, window }));
          const [first, second, third] = await engine.messages.list(scope, queries, aCall());
          for (const page of [first, third]) {
            assert.deepEqual([page?.items.map(({ seq }) => seq), page?.more], [seqs, more], JSON.stringify(window));
            assert.ok(page?.items.every(({ seq, content }) => content === long[seq - 1]));
          }
          assert.deepEqual([second?.items.length, second?.more], [2, false]);
        }
      }
      await engine.threads.delete(scope, one.thread, aCall());
    });

    test('windows on many threads are answered in their order', async () => {
      const { engine, scope } = setting();
      const threads = await Promise.all(
        Array.from({ length: 50 }, (_, place) =>
          startThread(engine, scope, {}, messagesSaying(...['a', 'b', 'c'].map((part) => `${part} ${String(place)}`))),
        ),
      );
      const call = aCall();
      const window: Window<number> = { from: 'end', limit: 2, after: null, before: null };
      const queries = threads.map(({ key }) => ({ thread: key, filter: {}, window }));
      const missing = { thread: threadKeyIn(scope, aThread()), filter: {}, window };
      const pages = await engine.messages.list(scope, [missing, ...queries], call);
      assert.deepEqual(
        pages.map(({ items, more }) => [items.map(({ content }) => content), more]),
        [[[], false], ...threads.map((_, place) => [[`b ${String(place)}`, `c ${String(place)}`], true])],
      );
      if (capabilities.batchesAcrossThreads) assert.equal(call.meter.cost.storageRequests, 1);
    });

    test('windows that differ in filter, end and limit are answered in one call, too', async () => {
      const { engine, scope } = setting();
      const messages = [
        aMessage({ content: '1' }),
        aMessage({ content: '2', role: 'TOOL' }),
        aMessage({ content: '3' }),
      ];
      const { key: thread } = await startThread(engine, scope, {}, messages);
      const pages = await engine.messages.list(
        scope,
        [
          { thread, filter: { roles: ['TOOL'] }, window: ALL },
          { thread, filter: {}, window: { ...ALL, from: 'end', limit: 1 } },
          { thread, filter: { roles: ['USER'] }, window: ALL },
          { thread, filter: {}, window: { ...ALL, limit: 1 } },
        ],
        aCall(),
      );
      assert.deepEqual(
        pages.map(({ items }) => items.map(({ content }) => content).join()),
        ['2', '3', '1,3', '1'],
      );
    });

    test('a cursor keeps its place while messages are appended', async () => {
      const { engine, scope } = setting();
      const { key: thread } = await startThread(engine, scope, {}, messagesSaying('1', '2', '3'));
      await engine.messages.append(scope, thread.thread, messagesSaying('4', '5'), aCall());
      const [later] = await engine.messages.list(
        scope,
        [{ thread, filter: {}, window: { ...ALL, after: 2 } }],
        aCall(),
      );
      assert.deepEqual(
        later?.items.map(({ content }) => content),
        ['3', '4', '5'],
      );
    });

    test('every filter keeps what it names, in lists and counts alike', async () => {
      const { engine, scope, bob } = setting();
      const fields = { agent: 'planner', metadata: { topic: 'water' } };
      const metadata = { lang: 'en', 'odd "key"': 'x' };
      const { key: thread } = await startThread(engine, scope, fields, [
        aMessage({ content: 'system', role: 'SYSTEM' }),
        aMessage({ content: 'author', author: 'Ada L.', createdAt: BUILT_AT + 1_000 }),
        aMessage({ content: 'model', role: 'ASSISTANT', model: 'm-1', createdAt: BUILT_AT + 2_000 }),
        aMessage({ content: 'metadata', metadata, createdAt: BUILT_AT + 3_000 }),
        aMessage({ content: 'failed', role: 'ASSISTANT', status: 'FAILED', createdAt: BUILT_AT + 4_000 }),
        aMessage({ content: 'superseded', status: 'SUPERSEDED', createdAt: BUILT_AT + 5_000 }),
        aPendingReply({ content: 'pending', model: null, createdAt: BUILT_AT + 6_000 }),
      ]);
      const other = threadKeyIn(scope, aThread());
      const usual = ['system', 'author', 'model', 'metadata', 'failed', 'pending'];
      const cases: [MessageFilter, string[]][] = [
        [{}, usual],
        [{ roles: ['SYSTEM'] }, ['system']],
        [{ roles: ['SYSTEM', 'ASSISTANT'] }, ['system', 'model', 'failed', 'pending']],
        [{ authors: ['Ada L.'] }, ['author']],
        [{ authors: ['ada l.'] }, []],
        [{ models: ['m-1', 'm-2'] }, ['model']],
        [{ statuses: ['SUPERSEDED'] }, ['superseded']],
        [{ statuses: ['FAILED', 'PENDING'] }, ['failed', 'pending']],
        [{ createdAt: { from: BUILT_AT + 1_000, to: BUILT_AT + 3_000 } }, ['author', 'model']],
        [{ createdAt: { from: null, to: BUILT_AT + 1_000 } }, ['system']],
        [{ createdAt: { from: BUILT_AT + 4_000, to: null } }, ['failed', 'pending']],
        [{ messageMetadata: { lang: 'en' } }, ['metadata']],
        [{ messageMetadata: metadata }, ['metadata']],
        [{ messageMetadata: { lang: 'en', more: 'y' } }, []],
        [{ agents: ['planner'] }, usual],
        [{ agents: ['other'] }, []],
        [{ threadMetadata: { topic: 'water' } }, usual],
        [{ threadMetadata: { topic: 'fire' } }, []],
        [{ ownerIds: [scope.owner] }, usual],
        [{ ownerIds: [bob.owner] }, []],
        [{ threadKeys: [thread, other] }, usual],
        [{ threadKeys: [other] }, []],
        [{ excludedThreadKeys: [thread] }, []],
        [{ excludedThreadKeys: [other] }, usual],
        [{ roles: ['ASSISTANT'], statuses: ['FAILED'], agents: ['planner'] }, ['failed']],
        [{ roles: [] }, []],
        [{ threadKeys: [] }, []],
        [{ excludedThreadKeys: [] }, usual],
      ];
      for (const [filter, contents] of cases) {
        const [page] = await engine.messages.list(scope, [{ thread, filter, window: ALL }], aCall());
        const found = page?.items.map(({ content }) => content);
        assert.deepEqual(found, contents, JSON.stringify(filter));
        const [count] = await engine.messages.count(scope, [{ thread, filter }], aCall());
        assert.equal(count, contents.length, JSON.stringify(filter));
      }
    });

    test('counts of many threads are answered in their order', async () => {
      const { engine, scope } = setting();
      const two = await startThread(engine, scope, {}, messagesSaying('a', 'b'));
      const none = await startThread(engine, scope);
      const missing = threadKeyIn(scope, aThread());
      const counts = await engine.messages.count(
        scope,
        [
          { thread: missing, filter: {} },
          { thread: two.key, filter: {} },
          { thread: none.key, filter: {} },
          { thread: two.key, filter: { roles: ['TOOL'] } },
        ],
        aCall(),
      );
      assert.deepEqual(counts, [0, 2, 0, 0]);
    });
  });
}
