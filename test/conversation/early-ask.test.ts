import assert from 'node:assert/strict';
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { createSending } from '../../src/conversation/sending.ts';
import { createThreadFeed } from '../../src/conversation/thread-feed.ts';
import { SkeinError } from '../../src/core/errors.ts';
import type { OwnerScope } from '../../src/core/identity.ts';
import { keyOfThread, type Thread } from '../../src/core/thread.ts';
import { openSqlite } from '../../src/storage/sqlite/engine.ts';
import type { Engine, MessageStore } from '../../src/storage/store.ts';
import { aCall, aMessage, aScope, aThread } from '../support/builders.ts';
import { eventually } from '../support/eventually.ts';
import { saying, scriptedChat } from '../support/scripted-chat.ts';
import { silentLog } from '../support/silent-log.ts';

const scope: OwnerScope = aScope();
const viewer = { tenant: scope.tenant, user: scope.owner, roles: new Set<never>() };
const asked = { author: null, model: null, tools: [], recall: null, metadata: {} };

describe('the model, while the message is being stored', () => {
  let folder: Awaited<ReturnType<typeof mkdtempDisposable>>;
  let engine: Engine;
  let thread: Thread;
  /** Requests to the model that were ended before it had said all. */
  let ended: number;
  beforeEach(async () => {
    folder = await mkdtempDisposable(join(tmpdir(), 'skein-test-'));
    engine = await openSqlite({ path: join(folder.path, 'skein.db') });
    ({ thread } = await engine.threads.create(scope, aThread({ title: 'Named', instructions: 'Be brief.' }), aCall()));
    ended = 0;
  });
  afterEach(async () => {
    await engine.close();
    await folder[Symbol.asyncDispose]();
  });

  /** Sending over the engine. @param instead what the store does in place of what the engine's would, if anything */
  function open(instead: Partial<MessageStore> = {}) {
    const chat = scriptedChat(async function* (_, signal) {
      let whole = false;
      try {
        for await (const event of saying('Once', ' more.')) {
          signal.throwIfAborted();
          yield event;
        }
        whole = true;
      } finally {
        if (!whole) ended += 1;
      }
    });
    const sending = createSending({
      threads: engine.threads,
      messages: { ...engine.messages, ...instead },
      search: { messages: () => assert.fail('Nobody asked for recall.') },
      chat,
      feed: createThreadFeed(engine.messages),
      stored: () => undefined,
      historyTokens: 10_000,
      now: Date.now,
      log: silentLog,
    });
    const send = (content: string, idempotencyKey: string | null = null) =>
      sending.send(viewer, keyOfThread(thread), { ...asked, content, idempotencyKey }, aCall());
    const shown = () => chat.requests.map(({ turns }) => turns.map(({ content }) => content));
    return { send, shown };
  }

  it('is asked already; nobody hears of it before the message is stored', async () => {
    const { promise: isOpen, resolve: letThrough } = Promise.withResolvers<undefined>();
    const { send, shown } = open({
      append: async (...args) => {
        await isOpen;
        return engine.messages.append(...args);
      },
    });
    const reply = send('Again?');
    const first = reply.follow().next();
    await eventually('the model to be asked', () => shown()[0] ?? null);
    assert.deepEqual(shown(), [['Be brief.', 'Again?']]);
    assert.equal(await Promise.race([first, Promise.resolve('silence')]), 'silence');
    letThrough(undefined);
    assert.equal((await first).value?.kind, 'stored');
    assert.equal((await reply.sent).reply.content, 'Once more.');
    assert.equal(shown().length, 1, 'it is asked once');
  });

  it('is asked anew when another message came between', async () => {
    let first = true;
    const { send, shown } = open({
      append: async (where, id, messages, call) => {
        if (first) await engine.messages.append(where, id, [aMessage({ content: 'Wait!' })], call);
        first = false;
        return engine.messages.append(where, id, messages, call);
      },
    });
    const { reply } = await send('Again?').sent;
    assert.equal(reply.content, 'Once more.');
    assert.equal(reply.seq, 3);
    assert.deepEqual(shown(), [
      ['Be brief.', 'Again?'],
      ['Be brief.', 'Wait!', 'Again?'],
    ]);
    await eventually('the first request to end', () => (ended === 1 ? true : null));
  });

  it('is asked with what was read early, should the message have been stored by then', async () => {
    await engine.messages.append(scope, thread.id, [aMessage({ content: 'Before.' })], aCall());
    const { promise: isStored, resolve: stored } = Promise.withResolvers<undefined>();
    let reads = 0;
    const { send, shown } = open({
      append: async (...args) => {
        const appended = await engine.messages.append(...args);
        // What has come since is no part of what is replied to.
        await engine.messages.append(scope, thread.id, [aMessage({ content: 'After.' })], aCall());
        stored(undefined);
        return appended;
      },
      list: async (...args) => {
        reads += 1;
        await isStored;
        return engine.messages.list(...args);
      },
    });
    assert.equal((await send('Again?').sent).reply.content, 'Once more.');
    assert.deepEqual(shown(), [['Be brief.', 'Before.', 'Again?']]);
    assert.equal(reads, 1);
  });

  it('is let go when the message is refused, and not asked early again before one was stored', async () => {
    let refusals = 0;
    const { send, shown } = open({
      append: async (...args) => {
        if (refusals === 2) return engine.messages.append(...args);
        refusals += 1;
        await eventually('the model to be asked', () => shown()[0] ?? null);
        throw new SkeinError('UNAVAILABLE', 'The disk is full.');
      },
    });
    await assert.rejects(send('One?').sent, { code: 'UNAVAILABLE' });
    await eventually('the request to end', () => (ended === 1 ? true : null));
    await assert.rejects(send('Two?').sent, { code: 'UNAVAILABLE' });
    assert.equal(shown().length, 1);
    assert.equal((await send('Three?').sent).reply.content, 'Once more.');
    assert.deepEqual(shown().at(-1), ['Be brief.', 'Three?']);
  });

  it('is let go when another server has stored the same message meanwhile', async () => {
    const { send, shown } = open({
      append: async (...args) => {
        await eventually('the model to be asked', () => shown()[0] ?? null);
        await engine.messages.append(...args);
        return engine.messages.append(...args);
      },
    });
    await assert.rejects(send('Again?', 'once').sent, { code: 'UNAVAILABLE' });
    await eventually('the request to end', () => (ended === 1 ? true : null));
    assert.equal(shown().length, 1);
  });

  it('is not asked for a message that is there already, nor in a thread that is not', async () => {
    const { send, shown } = open();
    const { reply } = await send('Again?', 'once').sent;
    assert.deepEqual((await send('Again?', 'once').sent).reply, reply);
    await engine.threads.delete(scope, thread.id, aCall());
    await assert.rejects(send('Hello?').sent, { code: 'NOT_FOUND' });
    assert.equal(shown().length, 1);
  });
});
