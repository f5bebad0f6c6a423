import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ThreadFilter } from '../../../src/core/filter.ts';
import type { Scope } from '../../../src/core/identity.ts';
import type { Engine, ThreadOrder, ThreadPosition, Window } from '../../../src/storage/store.ts';
import { aCall, aMessage, BUILT_AT } from '../../support/builders.ts';
import { startThread, useEngine, type MakeEngine } from './setting.ts';

const BY_CREATION: ThreadOrder = { field: 'CREATED_AT', direction: 'ASC' };

/** Lists of threads: orders, windows, filters, counts. */
export function describeThreadLists(make: MakeEngine): void {
  describe('lists of threads', () => {
    const setting = useEngine(make);

    test('each order goes both ways, and a thread without messages counts from its creation', async () => {
      const { engine, scope, clock } = setting();
      const ids: string[] = [];
      for (const minute of [0, 1, 2]) {
        const { thread } = await startThread(engine, scope, { createdAt: BUILT_AT + minute * 60_000 });
        ids.push(thread.id);
        clock.now = BUILT_AT + (10 - minute) * 60_000;
        await engine.threads.update(scope, thread.id, { title: 'Changed' }, null, aCall());
        if (minute === 1) {
          const late = aMessage({ createdAt: BUILT_AT + 30 * 60_000 });
          await engine.messages.append(scope, thread.id, [late], aCall());
        }
      }
      const [first, second, third] = ids;
      const expected = {
        CREATED_AT: [first, second, third],
        UPDATED_AT: [third, second, first],
        LAST_MESSAGE_AT: [first, third, second],
      };
      for (const field of ['CREATED_AT', 'UPDATED_AT', 'LAST_MESSAGE_AT'] as const) {
        assert.deepEqual(await listed(engine, scope, {}, { field, direction: 'ASC' }), expected[field]);
        assert.deepEqual(await listed(engine, scope, {}, { field, direction: 'DESC' }), expected[field].toReversed());
      }
    });

    test('pages from either end meet every thread once, ties included', async () => {
      const { engine, scope } = setting();
      for (const minute of [0, 0, 0, 1, 1, 2, 3]) {
        await startThread(engine, scope, { createdAt: BUILT_AT + minute * 60_000 });
      }
      for (const direction of ['ASC', 'DESC'] as const) {
        const order: ThreadOrder = { field: 'CREATED_AT', direction };
        const all = await listed(engine, scope, {}, order);
        assert.equal(new Set(all).size, 7);
        assert.deepEqual(await paged(engine, scope, order, 'start'), all);
        assert.deepEqual(await paged(engine, scope, order, 'end'), all);
      }
    });

    test('a window between two positions counts from the end that it names', async () => {
      const { engine, scope } = setting();
      const positions: ThreadPosition[] = [];
      for (const minute of [0, 1, 2, 3, 4]) {
        const { thread } = await startThread(engine, scope, { createdAt: BUILT_AT + minute });
        positions.push({ value: thread.createdAt, thread: thread.id });
      }
      const between = { after: positions[0] ?? null, before: positions[4] ?? null, limit: 2 };
      const head = await engine.threads.list(scope, {}, BY_CREATION, { from: 'start', ...between }, aCall());
      assert.deepEqual([head.items.map(({ createdAt }) => createdAt - BUILT_AT), head.more], [[1, 2], true]);
      const tail = await engine.threads.list(scope, {}, BY_CREATION, { from: 'end', ...between }, aCall());
      assert.deepEqual([tail.items.map(({ createdAt }) => createdAt - BUILT_AT), tail.more], [[2, 3], true]);
      const whole = { from: 'end', ...between, limit: 3 } as const;
      assert.equal((await engine.threads.list(scope, {}, BY_CREATION, whole, aCall())).more, false);
    });

    test('a cursor keeps its place while threads are added', async () => {
      const { engine, scope } = setting();
      for (const minute of [2, 4, 6]) await startThread(engine, scope, { createdAt: BUILT_AT + minute });
      const start: Window<ThreadPosition> = { from: 'start', limit: 2, after: null, before: null };
      const { items } = await engine.threads.list(scope, {}, BY_CREATION, start, aCall());
      const last = items.at(-1);
      assert(last !== undefined);
      for (const minute of [1, 3, 5]) await startThread(engine, scope, { createdAt: BUILT_AT + minute });
      const after = { value: last.createdAt, thread: last.id };
      const rest = await engine.threads.list(scope, {}, BY_CREATION, { ...start, limit: 9, after }, aCall());
      assert.deepEqual(
        rest.items.map(({ createdAt }) => createdAt - BUILT_AT),
        [5, 6],
      );
    });

    test('every filter keeps what it names, in lists and counts alike', async () => {
      const { engine, scope, bob, everyone } = setting();
      const hour = 3_600_000;
      const metadata = { topic: 'water', 'odd "key"': 'x' };
      await startThread(engine, scope, { title: 'plain' });
      await startThread(engine, scope, { title: 'archived', status: 'ARCHIVED', createdAt: BUILT_AT + hour });
      await startThread(engine, scope, { title: 'agent', agent: 'planner', createdAt: BUILT_AT + 2 * hour });
      await startThread(engine, bob, { title: 'metadata', metadata, createdAt: BUILT_AT + 3 * hour });
      const spoken = [aMessage({ createdAt: BUILT_AT + 9 * hour })];
      await startThread(engine, bob, { title: 'spoken', createdAt: BUILT_AT + 4 * hour }, spoken);
      const cases: [ThreadFilter, string[]][] = [
        [{}, ['plain', 'archived', 'agent', 'metadata', 'spoken']],
        [{ ownerIds: [bob.owner] }, ['metadata', 'spoken']],
        [{ statuses: ['ARCHIVED'] }, ['archived']],
        [{ statuses: ['ARCHIVED', 'ACTIVE'], ownerIds: [scope.owner] }, ['plain', 'archived', 'agent']],
        [{ agents: ['planner', 'other'] }, ['agent']],
        [{ createdAt: { from: BUILT_AT + hour, to: BUILT_AT + 3 * hour } }, ['archived', 'agent']],
        [{ createdAt: { from: BUILT_AT + 3 * hour, to: null } }, ['metadata', 'spoken']],
        [{ createdAt: { from: null, to: BUILT_AT + hour } }, ['plain']],
        [{ lastMessageAt: { from: BUILT_AT, to: null } }, ['spoken']],
        [{ lastMessageAt: { from: null, to: BUILT_AT + 9 * hour } }, []],
        [{ metadata: { topic: 'water' } }, ['metadata']],
        [{ metadata }, ['metadata']],
        [{ metadata: { topic: 'wate' } }, []],
        [{ metadata: { topic: 'water', other: 'y' } }, []],
        [{ statuses: [] }, []],
        [{ ownerIds: [] }, []],
        [{ agents: [] }, []],
      ];
      for (const [filter, titles] of cases) {
        const window: Window<ThreadPosition> = { from: 'start', limit: 100, after: null, before: null };
        const page = await engine.threads.list(everyone, filter, BY_CREATION, window, aCall());
        assert.deepEqual(
          page.items.map(({ title }) => title),
          titles,
          JSON.stringify(filter),
        );
        assert.equal(await engine.threads.count(everyone, filter, aCall()), titles.length, JSON.stringify(filter));
      }
    });

    test('an owner sees their own threads, an analyst all of the tenant', async () => {
      const { engine, scope, bob, everyone } = setting();
      const { thread: adas } = await startThread(engine, scope, { createdAt: BUILT_AT });
      const { thread: bobs } = await startThread(engine, bob, { createdAt: BUILT_AT + 1 });
      assert.deepEqual(await listed(engine, scope, {}, BY_CREATION), [adas.id]);
      assert.deepEqual(await listed(engine, scope, { ownerIds: [bob.owner] }, BY_CREATION), []);
      assert.deepEqual(await listed(engine, everyone, {}, BY_CREATION), [adas.id, bobs.id]);
      assert.equal(await engine.threads.count(scope, {}, aCall()), 1);
      assert.equal(await engine.threads.count(everyone, {}, aCall()), 2);
    });
  });
}

async function listed(engine: Engine, scope: Scope, filter: ThreadFilter, order: ThreadOrder): Promise<string[]> {
  const window: Window<ThreadPosition> = { from: 'start', limit: 100, after: null, before: null };
  const page = await engine.threads.list(scope, filter, order, window, aCall());
  assert.equal(page.more, false);
  return page.items.map(({ id }) => id);
}

/** All threads by pages of two, from one end to the other, in list order. */
async function paged(engine: Engine, scope: Scope, order: ThreadOrder, from: 'start' | 'end'): Promise<string[]> {
  const ids: string[] = [];
  let edge: ThreadPosition | null = null;
  for (let more = true; more;) {
    const window: Window<ThreadPosition> = {
      from,
      limit: 2,
      after: from === 'start' ? edge : null,
      before: from === 'end' ? edge : null,
    };
    const page = await engine.threads.list(scope, {}, order, window, aCall());
    const found = page.items.map(({ id }) => id);
    const last = from === 'start' ? page.items.at(-1) : page.items[0];
    assert(last !== undefined);
    ids.splice(from === 'start' ? ids.length : 0, 0, ...found);
    edge = { value: last.createdAt, thread: last.id };
    more = page.more;
  }
  return ids;
}
