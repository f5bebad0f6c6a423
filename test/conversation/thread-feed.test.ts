import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { ThreadEvent } from '../../src/conversation/thread-events.ts';
import { createThreadFeed, type ThreadFeed } from '../../src/conversation/thread-feed.ts';
import type { OwnerScope } from '../../src/core/identity.ts';
import { keyOfMessage, keyOfThread, type Message, type Thread } from '../../src/core/thread.ts';
import { openSqlite } from '../../src/storage/sqlite/engine.ts';
import type { Engine } from '../../src/storage/store.ts';
import { aCall, aMessage, anOutcome, aPendingReply, aScope, aThread } from '../support/builders.ts';
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const WRITERS = 50;
const EACH = 8;

describe('the feed of a thread', () => {
  let folder: Awaited<ReturnType<typeof mkdtempDisposable>>;
  let engine: Engine;
  let feed: ThreadFeed;
  let thread: Thread;
  const scope: OwnerScope = aScope();
  beforeEach(async () => {
    folder = await mkdtempDisposable(join(tmpdir(), 'skein-test-'));
    engine = await openSqlite({ path: join(folder.path, 'skein.db') });
    feed = createThreadFeed(engine.messages);
    ({ thread } = await engine.threads.create(scope, aThread(), aCall()));
  });
  afterEach(async () => {
    feed.close();
    await engine.close();
    await folder[Symbol.asyncDispose]();
  });

  async function say(...contents: readonly string[]): Promise<Message[]> {
    const fresh = contents.map((content) => aMessage({ content }));
    const { messages, thread: head } = await engine.messages.append(scope, thread.id, fresh, aCall());
    feed.appended(head);
    return messages.map(({ message }) => message);
  }

  async function reply(): Promise<void> {
    const place = aPendingReply();
    const { messages, thread: head } = await engine.messages.append(scope, thread.id, [place], aCall());
    feed.appended(head);
    const [pending] = messages;
    assert.ok(pending);
    const ended = await engine.messages.finish(scope, keyOfMessage(pending.message), anOutcome(), aCall());
    feed.finished(ended.reply);
  }

  const follow = (afterSeq: number | null) => feed.follow(scope, thread, afterSeq, aCall());

  /** Reads until an event is the last wanted. */
  async function until(events: AsyncIterator<ThreadEvent>, isLast: (event: ThreadEvent) => boolean) {
    const seen: ThreadEvent[] = [];
    for (;;) {
      const next = await events.next();
      assert.ok(next.done !== true, 'the feed ended early');
      seen.push(next.value);
      if (isLast(next.value)) return seen;
    }
  }

  const seqsOf = (events: readonly ThreadEvent[]) =>
    events.flatMap((event) => (event.kind === 'appended' ? [event.message.seq] : []));

  it('replays what came after a seq, then follows', async () => {
    await say('one', 'two', 'three');
    const events = follow(1);
    assert.deepEqual(
      seqsOf(await until(events, (event) => event.kind === 'appended' && event.message.seq === 3)),
      [2, 3],
    );
    await say('four');
    const [next] = await until(events, () => true);
    assert.ok(next?.kind === 'appended');
    assert.equal(next.message.content, 'four');
    await events.return(undefined);
  });

  it('tells each message once and in order, and each end after its message, while 50 write at once', async () => {
    const total = WRITERS * EACH * 2;
    const isLast = (seen: number) => {
      let ends = 0;
      return (event: ThreadEvent) => {
        if (event.kind === 'finished') ends += 1;
        return ends === seen;
      };
    };
    const followers = [0, 0, null].map((afterSeq) => until(follow(afterSeq), isLast(WRITERS * EACH)));
    const write = async () => {
      for (let count = 0; count < EACH; count += 1) {
        await say('hello');
        await reply();
      }
    };
    // The one that replays nothing has to be there before the first message is.
    await engine.ping();
    await Promise.all(Array.from({ length: WRITERS }, write));
    for (const events of await Promise.all(followers)) {
      assert.deepEqual(
        seqsOf(events),
        Array.from({ length: total }, (_, at) => at + 1),
      );
      const known = new Set<string>();
      const ended = new Set<string>();
      for (const event of events) {
        if (event.kind === 'appended') known.add(event.message.id);
        if (event.kind !== 'finished') continue;
        assert.ok(known.has(event.message.id), 'no end of what is not known');
        assert.ok(!ended.has(event.message.id), 'no end twice');
        ended.add(event.message.id);
      }
    }
  });

  it('lets a follower that comes in the middle miss nothing and hear nothing twice', async () => {
    const writing = Promise.all(
      Array.from({ length: 10 }, async () => {
        for (let count = 0; count < 20; count += 1) await say('hello');
      }),
    );
    await say('in the middle');
    const events = await until(follow(0), (event) => event.kind === 'appended' && event.message.seq === 201);
    await writing;
    assert.deepEqual(
      seqsOf(events),
      Array.from({ length: 201 }, (_, at) => at + 1),
    );
  });

  it('drops a follower that does not read, saying why, and keeps nothing for it', async () => {
    const [first] = await say('one');
    assert.ok(first);
    const events = follow(0);
    await events.next();
    for (let count = 0; count < 1_100; count += 1) feed.finished(first);
    await assert.rejects(drain(events), { code: 'UNAVAILABLE', message: /too far behind/ });
  });

  it('drops one sooner when what it does not read is large', async () => {
    const [first] = await say('x'.repeat(1_000_000));
    assert.ok(first);
    const events = follow(0);
    await events.next();
    for (let count = 0; count < 10; count += 1) feed.finished(first);
    await assert.rejects(drain(events), { code: 'UNAVAILABLE', message: /too far behind/ });
  });

  it('drops no follower because of appends: they wait in the store', async () => {
    const events = follow(0);
    const first = events.next();
    for (let count = 0; count < 15; count += 1) await say(...Array.from({ length: 100 }, () => 'hello'));
    await first;
    const seen = await until(events, (event) => event.kind === 'appended' && event.message.seq === 1_500);
    assert.equal(seen.length, 1_499);
  });

  it('goes on for the others when one is dropped or leaves', async () => {
    const [first] = await say('one');
    assert.ok(first);
    const [idle, leaving, staying] = [follow(0), follow(0), follow(0)];
    await Promise.all([idle.next(), leaving.next(), staying.next()]);
    await leaving.return(undefined);
    const told = until(staying, (event) => event.kind === 'deleted');
    for (let count = 0; count < 1_100; count += 1) {
      feed.finished(first);
      await new Promise((resolve) => setImmediate(resolve));
    }
    feed.deleted(scope.tenant, keyOfThread(thread));
    assert.equal((await told).length, 1_101);
    await assert.rejects(drain(idle), { code: 'UNAVAILABLE' });
    assert.equal((await leaving.next()).done, true);
  });

  it('tells what else happens, and ends with the thread', async () => {
    const [message] = await say('one');
    assert.ok(message);
    const events = follow(0);
    await events.next();
    feed.changed({ ...thread, title: 'New' });
    feed.superseded(scope.tenant, keyOfMessage(message));
    feed.messageDeleted(scope.tenant, keyOfMessage(message));
    feed.changed({ ...thread, tenant: aScope('ada', 'other').tenant });
    feed.deleted(scope.tenant, keyOfThread(thread));
    const seen = await until(events, (event) => event.kind === 'deleted');
    assert.deepEqual(
      seen.map(({ kind }) => kind),
      ['changed', 'superseded', 'messageDeleted', 'deleted'],
    );
    assert.equal((await events.next()).done, true);
  });

  it('says so when the server stops', async () => {
    await say('one');
    const events = follow(0);
    await events.next();
    const next = events.next();
    await new Promise((resolve) => setImmediate(resolve));
    feed.close();
    await assert.rejects(next, { code: 'UNAVAILABLE', message: /stopping/ });
  });
});

async function drain(events: AsyncIterable<ThreadEvent>): Promise<void> {
  for await (const event of events) assert.ok(event);
}
