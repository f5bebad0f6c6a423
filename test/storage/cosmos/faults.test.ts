import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { SkeinError } from '../../../src/core/errors.ts';
import type { OwnerScope } from '../../../src/core/identity.ts';
import { newThreadId, type MessageKey, type ThreadKey } from '../../../src/core/ids.ts';
import type { Call, Engine } from '../../../src/storage/store.ts';
import {
  aCall,
  aMessage,
  anOutcome,
  aPendingReply,
  aScope,
  aTenantScope,
  aThread,
  BUILT_AT,
  messageKeyIn,
} from '../../support/builders.ts';
import type { CosmosEmulator } from '../../support/cosmos/emulator.ts';
import type { FaultEffect } from '../../support/cosmos/faults.ts';
import type { OperationName } from '../../support/cosmos/operations.ts';
import { aKeywordQuery, aMeaningQuery, aModel, embedded, MODEL } from '../contract/searching.ts';
import { messagesOf, startThread, threadNow } from '../contract/setting.ts';
import { IMPATIENT, openSetting } from './setting.ts';

const DATA: readonly OperationName[] = ['read', 'query', 'batch'];
const WRITES: readonly OperationName[] = ['batch'];

/** What may befall a request, and whether a write behind it may have taken effect. */
const FAULTS: readonly [string, FaultEffect, readonly OperationName[]][] = [
  ...[429, 449, 408, 410, 412, 500, 503].map((status): [string, FaultEffect, readonly OperationName[]] => [
    String(status),
    { kind: 'status', status, retryAfterMs: 5 },
    DATA,
  ]),
  ['403/3', { kind: 'status', status: 403, substatus: 3 }, DATA],
  ['404/1002', { kind: 'status', status: 404, substatus: 1002 }, ['read', 'query']],
  ['410/1002', { kind: 'status', status: 410, substatus: 1002 }, DATA],
  ['a socket that is reset', { kind: 'reset' }, DATA],
  ['no answer', { kind: 'hang' }, DATA],
  ['an answer that is lost when the write has taken effect', { kind: 'reset', afterEffect: true }, WRITES],
  ['a 503 when the write has taken effect', { kind: 'status', status: 503, afterEffect: true }, WRITES],
  ['a 408 when the write has taken effect', { kind: 'status', status: 408, afterEffect: true }, WRITES],
  ['no answer when the write has taken effect', { kind: 'hang', afterEffect: true }, WRITES],
];

type Place = {
  readonly engine: Engine;
  readonly scope: OwnerScope;
  readonly key: ThreadKey;
  readonly said: MessageKey;
  readonly reply: MessageKey;
};

type Operation = {
  readonly name: string;
  run(place: Place, call: Call): Promise<unknown>;
  /** What must hold once it has ended well. */
  holds?(place: Place, answer: unknown): Promise<void>;
};

const START = { from: 'start', limit: 10, after: null, before: null } as const;
const NEW_THREAD = aThread();
const NEW_MESSAGE = aMessage({ content: 'once and only once' });
const NEW_REPLY = aPendingReply();
const NEWEST = { field: 'CREATED_AT', direction: 'DESC' } as const;
const DAYS = { from: '2026-11-23', to: '2026-11-23' };

const OPERATIONS: readonly Operation[] = [
  {
    name: 'threads.create',
    run: ({ engine, scope }, call) => engine.threads.create(scope, NEW_THREAD, call),
    async holds({ engine, scope }, answer) {
      assert.deepEqual(answer, {
        thread: await threadNow(engine, scope, { owner: scope.owner, thread: NEW_THREAD.id }),
        created: true,
      });
    },
  },
  { name: 'threads.get', run: ({ engine, scope, key }, call) => engine.threads.get(scope, [key], call) },
  { name: 'threads.list', run: ({ engine, scope }, call) => engine.threads.list(scope, {}, NEWEST, START, call) },
  { name: 'threads.count', run: ({ engine, scope }, call) => engine.threads.count(scope, {}, call) },
  {
    name: 'threads.update',
    run: ({ engine, scope, key }, call) =>
      engine.threads.update(scope, key.thread, { title: 'New', metadata: { a: 'b' } }, 1, call),
    async holds({ engine, scope, key }) {
      const thread = await threadNow(engine, scope, key);
      assert.deepEqual([thread?.title, thread?.version], ['New', 2]);
    },
  },
  {
    name: 'threads.delete',
    run: ({ engine, scope, key }, call) => engine.threads.delete(scope, key.thread, call),
    async holds({ engine, scope, key, said }, answer) {
      assert.equal(answer, true);
      assert.equal(await threadNow(engine, scope, key), null);
      assert.deepEqual(await engine.messages.get(scope, [said], aCall()), [null]);
    },
  },
  { name: 'threads.sweepExpired', run: ({ engine }, call) => engine.threads.sweepExpired(10, call) },
  {
    name: 'messages.append',
    run: ({ engine, scope, key }, call) => engine.messages.append(scope, key.thread, [NEW_MESSAGE], call),
    async holds({ engine, scope, key }, answer) {
      const all = await messagesOf(engine, scope, key);
      assert.deepEqual(
        all.map(({ seq }) => seq),
        [1, 2, 3],
      );
      assert.equal((await threadNow(engine, scope, key))?.messageCount, 3);
      assert.equal((await engine.ledger.read(scope, DAYS, aCall()))[0]?.messages, 2);
      assert(isAppended(answer) && answer.messages[0]?.created === true);
    },
  },
  {
    name: 'messages.replaceReply',
    run: ({ engine, scope, said }, call) => engine.messages.replaceReply(scope, said, NEW_REPLY, call),
    async holds({ engine, scope, key }, answer) {
      assert(typeof answer === 'object' && answer !== null && 'created' in answer && answer.created === true);
      assert.equal((await messagesOf(engine, scope, key)).length, 2);
    },
  },
  {
    name: 'messages.get',
    run: ({ engine, scope, said, reply }, call) => engine.messages.get(scope, [said, reply], call),
  },
  {
    name: 'messages.list',
    run: ({ engine, scope, key }, call) =>
      engine.messages.list(scope, [{ thread: key, filter: {}, window: START }], call),
  },
  {
    name: 'messages.count',
    run: ({ engine, scope, key }, call) =>
      engine.messages.count(scope, [{ thread: key, filter: { roles: ['USER'] } }], call),
  },
  {
    name: 'messages.finish',
    run: ({ engine, scope, reply }, call) => engine.messages.finish(scope, reply, anOutcome(), call),
    async holds({ engine, scope, key, reply }, answer) {
      const [ended] = await engine.messages.get(scope, [reply], aCall());
      const thread = await threadNow(engine, scope, key);
      assert.deepEqual(answer, { thread, reply: ended });
      assert.deepEqual(thread?.usage, anOutcome().usage);
      const lines = await engine.ledger.read(scope, DAYS, aCall());
      assert.deepEqual(
        lines.map(({ model, messages }) => [model, messages]),
        [
          [null, 1],
          ['test-model', 1],
        ],
      );
    },
  },
  {
    name: 'messages.delete',
    run: ({ engine, scope, said }, call) => engine.messages.delete(scope, said, call),
    async holds({ engine, scope, key }, answer) {
      assert.equal(answer, true);
      assert.equal((await threadNow(engine, scope, key))?.messageCount, 1);
    },
  },
  {
    name: 'messages.failPending',
    run: ({ engine }, call) =>
      engine.messages.failPending(BUILT_AT + 1, { code: 'INTERRUPTED', message: 'Stopped.', retryable: true }, call),
    async holds({ engine, scope, key }) {
      assert.equal((await messagesOf(engine, scope, key))[1]?.status, 'FAILED');
    },
  },
  {
    name: 'candidates.byKeyword',
    run: ({ engine, scope }, call) =>
      engine.candidates.byKeyword(scope, aKeywordQuery({ terms: ['hill'] }), {}, 10, call),
  },
  {
    name: 'candidates.byMeaning',
    run: ({ engine, scope }, call) => engine.candidates.byMeaning(scope, aMeaningQuery('hill'), {}, 10, call),
  },
  { name: 'index.adopt', run: ({ engine }, call) => engine.index.adopt(aModel(), call) },
  { name: 'index.models', run: ({ engine }, call) => engine.index.models(call) },
  { name: 'index.promote', run: ({ engine }, call) => engine.index.promote(MODEL, call) },
  { name: 'index.discard', run: ({ engine }, call) => engine.index.discard(call) },
  {
    name: 'index.waiting',
    run: ({ engine }, call) => engine.index.waiting(MODEL, { from: 'oldest', limit: 10 }, call),
  },
  {
    name: 'index.store',
    async run({ engine, scope }, call) {
      const tasks = (await engine.index.waiting(MODEL, { from: 'oldest', limit: 1_000 }, call)).filter(
        ({ tenant }) => tenant === scope.tenant,
      );
      await engine.index.store(tasks.map(embedded), call);
    },
    async holds({ engine, scope, key }) {
      assert.equal((await messagesOf(engine, scope, key))[0]?.indexing, 'READY');
      const { candidates } = await engine.candidates.byMeaning(scope, aMeaningQuery('hill'), {}, 10, aCall());
      assert.equal(candidates.length, 1);
    },
  },
  { name: 'index.countPending', run: ({ engine }, call) => engine.index.countPending(aTenantScope(), call) },
  { name: 'ledger.read', run: ({ engine, scope }, call) => engine.ledger.read(scope, DAYS, call) },
];

const LASTING = ['412', '503', 'a socket that is reset'];

/** One engine for the tests of a `describe`: each has a tenant of its own. */
function useSetting(patience: typeof IMPATIENT): () => { engine: Engine; emulator: CosmosEmulator } {
  let setting: Awaited<ReturnType<typeof openSetting>> | undefined;
  before(async () => {
    setting = await openSetting({}, { patience });
    await setting.engine.index.adopt(aModel(), aCall());
  });
  after(() => setting?.[Symbol.asyncDispose]());
  return () => {
    assert(setting !== undefined);
    return setting;
  };
}

let tenants = 0;

async function aPlace(engine: Engine): Promise<Place> {
  tenants += 1;
  const scope = aScope('ada', `tenant-${String(tenants)}`);
  const [message, pending] = [aMessage(), aPendingReply()];
  const { key } = await startThread(engine, scope, { id: newThreadId(scope.owner, null) }, [message, pending]);
  return { engine, scope, key, said: messageKeyIn(key, message), reply: messageKeyIn(key, pending) };
}

for (const [fault, effect, operations] of FAULTS) {
  describe(`with ${fault}`, () => {
    const setting = useSetting(IMPATIENT);
    for (const operation of OPERATIONS) {
      for (const skip of [0, 1]) {
        test(`${operation.name} succeeds, once${skip === 0 ? '' : ', also when it comes later'}`, async () => {
          const { engine, emulator } = setting();
          const place = await aPlace(engine);
          emulator.faults.add({ match: { operation: operations }, skip, times: 1, effect });
          const answer = await operation.run(place, aCall());
          emulator.faults.clear();
          await operation.holds?.(place, answer);
        });
      }
    }
  });
}

for (const [fault, effect, operations] of FAULTS.filter(([name]) => LASTING.includes(name))) {
  describe(`with ${fault} that lasts`, () => {
    const setting = useSetting({ requestMs: 2_000, budgetMs: 60, lostMs: 60, firstPauseMs: 5 });
    for (const operation of OPERATIONS) {
      test(`${operation.name} is UNAVAILABLE, with nothing half done, and goes well afterwards`, async () => {
        const { engine, emulator } = setting();
        const place = await aPlace(engine);
        const lasting = emulator.faults.add({ match: { operation: operations }, effect });
        const isMet = await endsUnavailable(operation.run(place, aCall()));
        if (!isMet) assert.equal(lasting.hits(), 0, 'it did without what was at fault');
        emulator.faults.clear();
        if (operation.name !== 'threads.delete') {
          assert.equal((await messagesOf(engine, place.scope, place.key)).length, 2);
        }
        const answer = await operation.run(place, aCall());
        await operation.holds?.(place, answer);
      });
    }
  });
}

describe('while connections are refused', () => {
  const setting = useSetting({ requestMs: 2_000, budgetMs: 60, lostMs: 60, firstPauseMs: 5 });
  for (const operation of OPERATIONS) {
    test(`${operation.name} is UNAVAILABLE, and goes well afterwards`, async () => {
      const { engine, emulator } = setting();
      const [region] = emulator.regions;
      assert(region !== undefined);
      const place = await aPlace(engine);
      await emulator.killRegion(region.name);
      try {
        assert(await endsUnavailable(operation.run(place, aCall())), 'it cannot have gone well');
      } finally {
        await emulator.startRegion(region.name);
      }
      const answer = await operation.run(place, aCall());
      await operation.holds?.(place, answer);
    });
  }
});

test('a thread whose logical partition is full takes no more, and says so', async () => {
  await using setting = await openSetting();
  const { engine, emulator } = setting;
  const place = await aPlace(engine);
  emulator.faults.add({ match: { operation: WRITES }, effect: { kind: 'status', status: 403, substatus: 1014 } });
  await assert.rejects(engine.messages.append(place.scope, place.key.thread, [aMessage()], aCall()), {
    code: 'LIMIT_EXCEEDED',
    message: /20 GB/,
  });
});

async function endsUnavailable(work: Promise<unknown>): Promise<boolean> {
  try {
    await work;
    return false;
  } catch (error) {
    assert(error instanceof SkeinError, `a SkeinError was expected, but it is ${String(error)}`);
    assert.equal(error.code, 'UNAVAILABLE');
    assert(error.retryAfterMs !== undefined && error.retryAfterMs > 0);
    return true;
  }
}

function isAppended(answer: unknown): answer is { messages: { created: boolean }[] } {
  return typeof answer === 'object' && answer !== null && 'messages' in answer;
}
