import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { anEnd, saying, scriptedChat } from '../support/scripted-chat.ts';
import { startSkein, threadWith, type Answer, type TestSkein } from '../support/skein.ts';
import { connectSocket, type SocketClient } from '../support/socket-client.ts';

const MESSAGE = `{ id seq role status content model finishReason usage { inputTokens outputTokens } }`;
const SEND = `mutation ($input: SendMessageInput!) { sendMessage(input: $input) {
  userMessage ${MESSAGE} reply ${MESSAGE} thread { messageCount } } }`;
const REPLY = `subscription ($input: SendMessageInput!) { reply(input: $input) {
  __typename
  ... on MessageStored { userMessage ${MESSAGE} replyId }
  ... on ReplyDelta { replyId text }
  ... on ReplyCompleted { reply ${MESSAGE} thread { messageCount } }
  ... on ReplyFailed { reply ${MESSAGE} failure { code } }
} }`;

const PIECES = Array.from({ length: 1_500 }, (_, at) => `${String(at)} `);

describe('the reply subscription', () => {
  let skein: TestSkein;
  let socket: SocketClient;
  const chat = scriptedChat(({ turns }) => {
    const wish = turns.at(-1)?.content;
    return wish === 'talk at length'
      ? talkingAtLength()
      : wish === 'too much'
        ? talkingTooMuch()
        : saying('One, ', 'two.');
  });
  before(async () => {
    skein = await startSkein({ chat });
    socket = connectSocket(skein.url);
  });
  after(async () => {
    await socket[Symbol.asyncDispose]();
    await skein[Symbol.asyncDispose]();
  });

  async function events(content: string, more: object = {}) {
    const threadId = await threadWith(skein, [], { title: 'Stream' });
    const input = { threadId, content, ...more };
    const seen: Answer['data'][] = [];
    for await (const { data, errors } of socket.follow(REPLY, { input })) {
      assert.equal(errors, undefined);
      seen.push(data.reply);
    }
    return { input, seen };
  }

  it('tells what is stored, the text in pieces, and the end, which is what the mutation gives', async () => {
    const { input, seen: all } = await events('Count.', { idempotencyKey: 'once' });
    const deltas = all.slice(1, -1);
    assert.deepEqual(
      [all.at(0).__typename, ...new Set(deltas.map(({ __typename }) => __typename)), all.at(-1).__typename],
      ['MessageStored', 'ReplyDelta', 'ReplyCompleted'],
    );
    assert.equal(deltas.map(({ text }) => text).join(''), 'One, two.');
    const { reply, thread } = all.at(-1);
    assert.deepEqual(new Set([all[0].replyId, ...deltas.map(({ replyId }) => replyId)]), new Set([reply.id]));
    const { data } = await skein.ask(SEND, { input });
    assert.deepEqual(data.sendMessage, { userMessage: all[0].userMessage, reply, thread });
  });

  it('puts the pieces of a model that speaks fast together', async () => {
    const { seen } = await events('talk at length');
    const deltas = seen.filter(({ __typename }) => __typename === 'ReplyDelta');
    assert.equal(deltas.map(({ text }) => text).join(''), PIECES.join(''));
    assert.ok(deltas.length > 1 && deltas.length < PIECES.length / 3, String(deltas.length));
    assert.equal(seen.at(-1).reply.content, PIECES.join(''));
  });

  it('gives who follows later the whole reply', async () => {
    const threadId = await threadWith(skein, [], { title: 'Later' });
    const input = { threadId, content: 'talk at length', idempotencyKey: 'same' };
    const first = socket.follow(REPLY, { input });
    for await (const { data } of first) if (data.reply.__typename === 'ReplyDelta') break;
    const texts: string[] = [];
    for await (const { data } of socket.follow(REPLY, { input })) texts.push(data.reply.text ?? '');
    assert.equal(texts.join(''), PIECES.join(''));
    assert.equal(
      chat.requests.filter(({ turns }) => turns.length === 1 && turns[0]?.content === input.content).length,
      2,
    );
  });

  it('refuses what the mutation refuses', async () => {
    for (const [input, code] of [
      [{ threadId: 'nonsense', content: 'Hello' }, 'NOT_FOUND'],
      [{ threadId: await threadWith(skein, []), content: ' ' }, 'BAD_USER_INPUT'],
    ] as const) {
      const { value } = await socket.follow(REPLY, { input }).next();
      assert.equal(value?.errors?.[0]?.extensions.code, code);
    }
  });

  it('ends a reply that is longer than a message may be, with what fits', async () => {
    const { seen } = await events('too much');
    const { __typename, reply, failure } = seen.at(-1);
    assert.deepEqual([__typename, failure.code, reply.status], ['ReplyFailed', 'REJECTED', 'FAILED']);
    assert.equal(reply.content.length, 1_000_000);
  });
});

async function* talkingAtLength() {
  for (const [at, text] of PIECES.entries()) {
    if (at % 3 === 0) await delay(1);
    yield { kind: 'delta' as const, text };
  }
  yield anEnd();
}

async function* talkingTooMuch() {
  for (;;) {
    await Promise.resolve();
    yield { kind: 'delta' as const, text: 'x'.repeat(100_000) };
  }
}
