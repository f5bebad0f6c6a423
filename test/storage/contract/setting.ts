import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { SkeinError, type ErrorCode } from '../../../src/core/errors.ts';
import type { EmbeddingModel } from '../../../src/core/embedding-model.ts';
import type { OwnerScope, Scope } from '../../../src/core/identity.ts';
import type { ThreadKey } from '../../../src/core/ids.ts';
import type { Message, Thread } from '../../../src/core/thread.ts';
import type { Engine, NewMessage, NewThread } from '../../../src/storage/store.ts';
import { aModel } from './searching.ts';
import { aCall, aMessage, aScope, aTenantScope, aThread, BUILT_AT, threadKeyIn } from '../../support/builders.ts';

/** An empty engine for the suite. */
export type EngineUnderTest = {
  readonly engine: Engine;
  /** Closes the engine and opens another on the same data, as a restart does. */
  reopen(): Promise<Engine>;
  /** Closes the engine and removes its data. */
  cleanup(): Promise<void>;
};

export type MakeEngine = (options: { now: () => number }) => Promise<EngineUnderTest>;

export type Capabilities = {
  /** Whether a batched read of many threads is one storage request. */
  readonly batchesAcrossThreads: boolean;
};

/** What a test works with: a tenant that nothing else has, and the engine's clock. */
export type Setting = {
  readonly engine: Engine;
  /** Ada's threads. */
  readonly scope: OwnerScope;
  /** All of the tenant's threads. */
  readonly everyone: Scope;
  /** The same tenant's other owner. */
  readonly bob: OwnerScope;
  readonly clock: { now: number };
  /** @param model the model that is adopted then: the suite's */
  reopen(model?: EmbeddingModel): Promise<Engine>;
};

let tenants = 0;

/**
 * One engine for the tests of a `describe`; gives a function that makes a setting with a tenant of its own. The clock
 * starts anew with each setting.
 */
export function useEngine(make: MakeEngine): () => Setting {
  const clock = { now: BUILT_AT };
  let made: EngineUnderTest | undefined;
  let engine: Engine | undefined;
  before(async () => {
    made = await make({ now: () => clock.now });
    engine = made.engine;
    await engine.index.adopt(aModel(), aCall());
  });
  after(() => made?.cleanup());
  return () => {
    assert(engine !== undefined);
    clock.now = BUILT_AT;
    tenants += 1;
    const tenant = `tenant-${String(tenants)}`;
    return {
      engine,
      scope: aScope('ada', tenant),
      bob: aScope('bob', tenant),
      everyone: aTenantScope(tenant),
      clock,
      async reopen(model = aModel()) {
        assert(made !== undefined);
        engine = await made.reopen();
        await engine.index.adopt(model, aCall());
        return engine;
      },
    };
  };
}

/** Stores a thread, with messages if there are any. */
export async function startThread(
  engine: Engine,
  scope: OwnerScope,
  fields: Partial<NewThread> = {},
  messages: readonly NewMessage[] = [],
): Promise<{ thread: Thread; key: ThreadKey }> {
  const { thread } = await engine.threads.create(scope, aThread(fields), aCall());
  if (messages.length > 0) await engine.messages.append(scope, thread.id, messages, aCall());
  return { thread, key: threadKeyIn(scope, thread) };
}

/** Messages with these contents, a second apart. */
export function messagesSaying(...contents: readonly string[]): NewMessage[] {
  return contents.map((content, place) => aMessage({ content, createdAt: BUILT_AT + place * 1_000 }));
}

/** All messages of a thread, up to 1,000. */
export async function messagesOf(engine: Engine, scope: Scope, thread: ThreadKey): Promise<readonly Message[]> {
  const window = { from: 'start', limit: 1_000, after: null, before: null } as const;
  const [page] = await engine.messages.list(scope, [{ thread, filter: {}, window }], aCall());
  assert(page !== undefined);
  return page.items;
}

/** The head of a thread as it is now. */
export async function threadNow(engine: Engine, scope: Scope, key: ThreadKey): Promise<Thread | null> {
  const [thread] = await engine.threads.get(scope, [key], aCall());
  return thread ?? null;
}

/** Asserts that the work is refused with a SkeinError of this code. */
export async function assertRefused(work: Promise<unknown>, code: ErrorCode): Promise<void> {
  await assert.rejects(work, (error: unknown) => {
    assert(error instanceof SkeinError, `a SkeinError was expected, but it is ${String(error)}`);
    assert.equal(error.code, code);
    return true;
  });
}
