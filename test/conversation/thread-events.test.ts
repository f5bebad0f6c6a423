import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { valueAt } from '../support/answer.ts';
import { saying, scriptedChat } from '../support/scripted-chat.ts';
import { APPEND, headersOf, SEND, startSkein, type TestSkein, threadWith } from '../support/skein.ts';
import { connectSocket, type Answers, type SocketClient } from '../support/socket-client.ts';

const EVENTS = `subscription ($threadId: ID!, $afterSeq: Int) { threadEvents(threadId: $threadId, afterSeq: $afterSeq) {
  __typename
  ... on MessageAppended { message { id seq status content } }
  ... on MessageFinished { message { id seq status content } }
  ... on MessageSuperseded { supersededId }
  ... on MessageDeleted { deletedId }
  ... on ThreadChanged { thread { title } }
  ... on ThreadDeleted { deletedId }
} }`;
const REGENERATE = `mutation ($input: RegenerateReplyInput!) { regenerateReply(input: $input) { reply { id } } }`;
const UPDATE = `mutation ($input: UpdateThreadInput!) { updateThread(input: $input) { thread { title } } }`;
const DELETE_MESSAGE = `mutation ($id: ID!) { deleteMessage(id: $id) { deletedId } }`;
const DELETE_THREAD = `mutation ($id: ID!) { deleteThread(id: $id) { deletedId } }`;

describe('the events of a thread, in another window', () => {
  let skein: TestSkein;
  let socket: SocketClient;
  before(async () => {
    skein = await startSkein({ chat: scriptedChat(() => saying('Aye.')) });
    socket = connectSocket(skein.url);
  });
  after(async () => {
    await socket[Symbol.asyncDispose]();
    await skein[Symbol.asyncDispose]();
  });

  async function next(events: Answers): Promise<unknown> {
    const { value } = await events.next();
    assert.equal(value?.errors, undefined);
    return valueAt(value?.data, 'threadEvents');
  }

  it('are all that happens in it, from the replay to its deletion', async () => {
    const threadId = await threadWith(skein, ['one', 'two'], { title: 'Events' });
    const events = socket.follow(EVENTS, { threadId, afterSeq: 1 });
    assert.equal(valueAt(await next(events), 'message.content'), 'two');

    const { data } = await skein.ask(SEND, { input: { threadId, content: 'three' } });
    const replyId = valueAt(data, 'sendMessage.reply.id');
    assert.deepEqual(valueAt(await next(events), 'message'), {
      id: valueAt(data, 'sendMessage.userMessage.id'),
      seq: 3,
      status: 'COMPLETE',
      content: 'three',
    });
    const place = await next(events);
    assert.equal(valueAt(place, '__typename'), 'MessageAppended');
    assert.equal(valueAt(place, 'message.id'), replyId);
    assert.equal(valueAt(place, 'message.seq'), 4);
    assert.deepEqual(await next(events), {
      __typename: 'MessageFinished',
      message: { id: replyId, seq: 4, status: 'COMPLETE', content: 'Aye.' },
    });

    const anew = await skein.ask(REGENERATE, { input: { threadId } });
    assert.deepEqual(await next(events), { __typename: 'MessageSuperseded', supersededId: replyId });
    const other = valueAt(anew.data, 'regenerateReply.reply.id');
    assert.equal(valueAt(await next(events), 'message.id'), other);
    assert.equal(valueAt(await next(events), '__typename'), 'MessageFinished');

    await skein.ask(DELETE_MESSAGE, { id: other });
    assert.deepEqual(await next(events), { __typename: 'MessageDeleted', deletedId: other });
    await skein.ask(UPDATE, { input: { id: threadId, title: 'New' } });
    assert.deepEqual(await next(events), { __typename: 'ThreadChanged', thread: { title: 'New' } });
    await skein.ask(DELETE_THREAD, { id: threadId });
    assert.deepEqual(await next(events), { __typename: 'ThreadDeleted', deletedId: threadId });
    assert.equal((await events.next()).done, true);
  });

  it('are the owner’s, and an analyst’s to read', async () => {
    const threadId = await threadWith(skein, ['one'], { who: { user: 'ada' } });
    for (const [who, code] of [
      [{ user: 'ada' }, undefined],
      [{ user: 'reader', roles: 'analyst' }, undefined],
      [{ user: 'stranger' }, 'NOT_FOUND'],
      [{ user: 'ada', tenant: 'elsewhere' }, 'NOT_FOUND'],
    ] as const) {
      await using other = connectSocket(skein.url, headersOf(who));
      const { value } = await other.follow(EVENTS, { threadId, afterSeq: 0 }).next();
      assert.equal(value?.errors?.[0]?.extensions.code, code);
    }
  });

  it('come once and in order to every window, whoever writes', async () => {
    const threadId = await threadWith(skein, []);
    const total = 40;
    const read = async () => {
      const seqs: unknown[] = [];
      for await (const { data } of socket.follow(EVENTS, { threadId, afterSeq: 0 })) {
        if (valueAt(data, 'threadEvents.__typename') !== 'MessageAppended') continue;
        seqs.push(valueAt(data, 'threadEvents.message.seq'));
        if (seqs.length === total) break;
      }
      return seqs;
    };
    const windows = Promise.all([read(), read(), read()]);
    await Promise.all(
      Array.from({ length: total }, (_, at) =>
        skein.ask(APPEND, { input: { threadId, messages: [{ role: 'USER', content: String(at) }] } }),
      ),
    );
    for (const seqs of await windows) {
      assert.deepEqual(
        seqs,
        Array.from({ length: total }, (_, at) => at + 1),
      );
    }
  });

  it('are refused from before the beginning', async () => {
    const threadId = await threadWith(skein, []);
    const { value } = await socket.follow(EVENTS, { threadId, afterSeq: -1 }).next();
    assert.equal(value?.errors?.[0]?.extensions.field, 'afterSeq');
  });
});
