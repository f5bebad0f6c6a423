import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { textAt, valueAt } from '../support/answer.ts';
import { anEnd, saying, scriptedChat } from '../support/scripted-chat.ts';
import { startSkein, threadWith, type TestSkein } from '../support/skein.ts';
import { connectSocket, eventsOf, type SocketClient } from '../support/socket-client.ts';

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
    const seen = await eventsOf(socket.follow(REPLY, { input }), 'reply');
    return { input, seen };
  }

  it('tells what is stored, the text in pieces, and the end, which is what the mutation gives', async () => {
    const { input, seen: all } = await events('Count.', { idempotencyKey: 'once' });
    const [stored, ...deltas] = all;
    const completed = deltas.pop();
    assert.equal(valueAt(stored, '__typename'), 'MessageStored');
    assert.equal(valueAt(completed, '__typename'), 'ReplyCompleted');
    const texts = deltas.map((delta) => textAt(delta, 'text'));
    assert.equal(texts.join(''), 'One, two.');
    const replyId = valueAt(completed, 'reply.id');
    assert.equal(valueAt(stored, 'replyId'), replyId);
    assert.deepEqual(
      deltas,
      texts.map((text) => ({ __typename: 'ReplyDelta', replyId, text })),
    );
    const { data } = await skein.ask(SEND, { input });
    assert.deepEqual(data, {
      sendMessage: {
        userMessage: valueAt(stored, 'userMessage'),
        reply: valueAt(completed, 'reply'),
        thread: valueAt(completed, 'thread'),
      },
    });
  });

  it('puts the pieces of a model that speaks fast together', async () => {
    const { seen } = await events('talk at length');
    const texts = seen.slice(1, -1).map((delta) => textAt(delta, 'text'));
    assert.equal(texts.join(''), PIECES.join(''));
    assert.ok(texts.length > 1 && texts.length < PIECES.length / 3, String(texts.length));
    assert.equal(valueAt(seen.at(-1), 'reply.content'), PIECES.join(''));
  });

  it('gives who follows later the whole reply', async () => {
    const threadId = await threadWith(skein, [], { title: 'Later' });
    const input = { threadId, content: 'talk at length', idempotencyKey: 'same' };
    const first = socket.follow(REPLY, { input });
    for await (const { data } of first) if (valueAt(data, 'reply.__typename') === 'ReplyDelta') break;
    const all = await eventsOf(socket.follow(REPLY, { input }), 'reply');
    const texts = all.slice(1, -1).map((delta) => textAt(delta, 'text'));
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
    const last = seen.at(-1);
    assert.equal(valueAt(last, '__typename'), 'ReplyFailed');
    assert.equal(valueAt(last, 'failure.code'), 'REJECTED');
    assert.equal(valueAt(last, 'reply.status'), 'FAILED');
    assert.equal(textAt(last, 'reply.content').length, 1_000_000);
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
