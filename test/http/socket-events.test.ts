import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { valueAt } from '../support/answer.ts';
import { eventually } from '../support/eventually.ts';
import { APPEND, SEND, startSkein, threadWith, type TestSkein } from '../support/skein.ts';
import { EVENTS, MESSAGES, connectSocket, eventsOf } from '../support/socket-client.ts';

describe('the events of a thread over WebSocket', () => {
  let skein: TestSkein;
  before(async () => {
    skein = await startSkein();
  });
  after(() => skein[Symbol.asyncDispose]());

  const append = (threadId: string, content: string) =>
    skein.ask(APPEND, { input: { threadId, messages: [{ role: 'USER', content }] } });

  it('replay what was stored, then follow what comes: each once and in order, whoever writes at once', async () => {
    await using client = connectSocket(skein.url);
    const threadId = await threadWith(skein, ['1', '2', '3', '4', '5']);
    const early = Array.from({ length: 10 }, (_, at) => append(threadId, `early ${at}`));
    const following = client.follow(EVENTS, { threadId, afterSeq: 2 });
    const first = await following.next();
    const late = Array.from({ length: 20 }, (_, at) => append(threadId, `late ${at}`));
    const events = [
      valueAt(first.value?.data, 'threadEvents'),
      ...(await eventsOf(following, 'threadEvents', (event) => valueAt(event, 'message.seq') === 35)),
    ];
    assert.deepEqual(
      events.map((event) => valueAt(event, 'message.seq')),
      Array.from({ length: 33 }, (_, at) => at + 3),
    );
    assert.equal(new Set(events.map((event) => valueAt(event, 'message.content'))).size, 33);
    await Promise.all([...early, ...late]);
  });

  it('without `afterSeq` begin with what comes', async () => {
    await using client = connectSocket(skein.url);
    const threadId = await threadWith(skein, ['old']);
    const following = client.follow(EVENTS, { threadId });
    const next = following.next();
    // Until the subscription stands nobody can tell; each append comes after it or is repeated.
    const appended = await eventually('the first event', async () => {
      await append(threadId, 'new');
      return Promise.race([next, new Promise<null>((resolve) => setImmediate(resolve, null))]);
    });
    assert.equal(valueAt(appended.value?.data, 'threadEvents.message.content'), 'new');
    await following.return?.();
  });

  it('tell a reply’s place and its end', async () => {
    await using client = connectSocket(skein.url);
    const threadId = await threadWith(skein, ['old']);
    const following = client.follow(EVENTS, { threadId, afterSeq: 0 });
    await following.next();
    await skein.ask(SEND, { input: { threadId, content: 'What did we decide?' } });
    const events = await eventsOf(
      following,
      'threadEvents',
      (event) => valueAt(event, 'message.status') === 'COMPLETE' && valueAt(event, 'message.seq') === 3,
    );
    assert.deepEqual(
      events.map((event) => [valueAt(event, '__typename'), valueAt(event, 'message.seq')]),
      [
        ['MessageAppended', 2],
        ['MessageAppended', 3],
        ['MessageFinished', 3],
      ],
    );
  });

  it('tell changes and deletions, and end when the thread is deleted', async () => {
    await using client = connectSocket(skein.url);
    const threadId = await threadWith(skein, ['one', 'two']);
    const following = client.follow(EVENTS, { threadId, afterSeq: 1 });
    await following.next();
    const { data } = await skein.ask(MESSAGES, { id: threadId });
    const messageId = valueAt(data, 'thread.messages.edges.0.node.id');
    await skein.ask(`mutation ($id: ID!) { updateThread(input: { id: $id, title: "New" }) { thread { id } } }`, {
      id: threadId,
    });
    await skein.ask(`mutation ($id: ID!) { deleteMessage(id: $id) { deletedId } }`, { id: messageId });
    await skein.ask(`mutation ($id: ID!) { deleteThread(id: $id) { deletedId } }`, { id: threadId });
    assert.deepEqual(await eventsOf(following, 'threadEvents'), [
      { __typename: 'ThreadChanged', thread: { title: 'New', version: 2 } },
      { __typename: 'MessageDeleted', deletedId: messageId },
      { __typename: 'ThreadDeleted', deletedId: threadId },
    ]);
  });

  it('go on for one follower when another leaves', async () => {
    await using staying = connectSocket(skein.url);
    const leaving = connectSocket(skein.url);
    const threadId = await threadWith(skein, ['one']);
    const left = leaving.follow(EVENTS, { threadId, afterSeq: 0 });
    const stayed = staying.follow(EVENTS, { threadId, afterSeq: 0 });
    await Promise.all([left.next(), stayed.next()]);
    leaving.vanish();
    await append(threadId, 'two');
    const next = await stayed.next();
    assert.equal(valueAt(next.value?.data, 'threadEvents.message.content'), 'two');
  });
});
