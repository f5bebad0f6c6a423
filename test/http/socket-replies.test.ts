import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { textAt, valueAt } from '../support/answer.ts';
import { eventually } from '../support/eventually.ts';
import { anEnd, scriptedChat } from '../support/scripted-chat.ts';
import { SEND, startSkein, threadWith, type TestSkein } from '../support/skein.ts';
import { connectSocket, eventsOf, type Answers } from '../support/socket-client.ts';

const REPLY = `subscription ($input: SendMessageInput!) { reply(input: $input) {
  __typename
  ... on MessageStored { userMessage { id seq content } replyId }
  ... on ReplyDelta { replyId text }
  ... on ReplyCompleted { reply { id seq status content } thread { messageCount } }
  ... on ReplyFailed { reply { id status content } failure { code message retryable } }
} }`;

const MESSAGES = `query ($id: ID!) { thread(id: $id) { messages(first: 100) { edges { node { id seq status content } } } } }`;

describe('a reply over WebSocket', () => {
  let skein: TestSkein;
  /** The model says so much and waits until the test lets it end. */
  let letEnd = Promise.withResolvers<undefined>();
  before(async () => {
    const chat = scriptedChat(async function* ({ turns }) {
      for (const word of 'Let us take the red one.'.split(/(?<= )/)) {
        await new Promise((resolve) => setImmediate(resolve));
        yield { kind: 'delta', text: word };
      }
      if (turns.at(-1)?.content.startsWith('Wait')) await letEnd.promise;
      yield { kind: 'delta', text: ' Or not?' };
      if (turns.at(-1)?.content.endsWith('and fail.')) throw new Error('The model is ill.');
      yield anEnd();
    });
    skein = await startSkein({ chat });
  });
  after(() => skein[Symbol.asyncDispose]());

  it('is told from the stored message to the stored reply, in pieces that make up the whole', async () => {
    await using client = connectSocket(skein.url);
    const threadId = await threadWith(skein, []);
    const events = await eventsOf(client.follow(REPLY, { input: { threadId, content: 'Which one?' } }), 'reply');
    const [stored, ...rest] = events;
    const completed = rest.pop();
    assert.equal(valueAt(stored, '__typename'), 'MessageStored');
    assert.equal(valueAt(stored, 'userMessage.seq'), 1);
    assert.equal(valueAt(stored, 'userMessage.content'), 'Which one?');
    assert.ok(rest.length > 0);
    const replyId = valueAt(stored, 'replyId');
    const texts = rest.map((delta) => textAt(delta, 'text'));
    assert.deepEqual(
      rest,
      texts.map((text) => ({ __typename: 'ReplyDelta', replyId, text })),
    );
    const content = 'Let us take the red one. Or not?';
    assert.deepEqual(completed, {
      __typename: 'ReplyCompleted',
      reply: { id: replyId, seq: 2, status: 'COMPLETE', content },
      thread: { messageCount: 2 },
    });
    assert.equal(texts.join(''), content);
    const { data } = await skein.ask(MESSAGES, { id: threadId });
    assert.equal(valueAt(data, 'thread.messages.edges.1.node.content'), content);
  });

  it('that fails ends with what had come, and why', async () => {
    await using client = connectSocket(skein.url);
    const threadId = await threadWith(skein, []);
    const events = await eventsOf(client.follow(REPLY, { input: { threadId, content: 'Try and fail.' } }), 'reply');
    const last = events.at(-1);
    assert.equal(valueAt(last, '__typename'), 'ReplyFailed');
    assert.equal(valueAt(last, 'reply.status'), 'FAILED');
    assert.equal(valueAt(last, 'reply.content'), 'Let us take the red one. Or not?');
    assert.equal(valueAt(last, 'failure.code'), 'UNAVAILABLE');
    assert.equal(valueAt(last, 'failure.retryable'), true);
    assert.doesNotMatch(JSON.stringify(events), /ill/);
  });

  it('is the one that the mutation with the same idempotency key gives, before its end and after', async () => {
    letEnd = Promise.withResolvers();
    await using client = connectSocket(skein.url);
    const threadId = await threadWith(skein, []);
    const input = { threadId, content: 'Wait a moment.', idempotencyKey: 'once' };
    const following = client.follow(REPLY, { input });
    const stored = valueAt((await following.next()).value?.data, 'reply');
    const mutations = [skein.ask(SEND, { input }), skein.ask(SEND, { input })];
    letEnd.resolve(undefined);
    const ended = (await eventsOf(following, 'reply')).at(-1);
    const again = await eventsOf(client.follow(REPLY, { input }), 'reply');
    for (const { data } of [...(await Promise.all(mutations)), await skein.ask(SEND, { input })]) {
      assert.equal(valueAt(data, 'sendMessage.userMessage.id'), valueAt(stored, 'userMessage.id'));
      assert.equal(valueAt(data, 'sendMessage.reply.id'), valueAt(stored, 'replyId'));
      assert.equal(valueAt(data, 'sendMessage.reply.content'), valueAt(ended, 'reply.content'));
    }
    assert.deepEqual(
      again.map((event) => valueAt(event, '__typename')),
      ['MessageStored', 'ReplyCompleted'],
    );
    assert.deepEqual(again.at(-1), ended);
  });

  it('gives whoever joins late all of it', async () => {
    letEnd = Promise.withResolvers();
    await using client = connectSocket(skein.url);
    const threadId = await threadWith(skein, []);
    const input = { threadId, content: 'Wait a moment.', idempotencyKey: 'once' };
    const first = client.follow(REPLY, { input });
    await first.next();
    await eventually('the first to have heard all but the end', async () => {
      const { value } = await first.next();
      return textAt(value?.data, 'reply.text').endsWith('one.') ? true : null;
    });
    await using latecomer = connectSocket(skein.url);
    const second = latecomer.follow(REPLY, { input });
    await second.next();
    const early = valueAt((await second.next()).value?.data, 'reply');
    letEnd.resolve(undefined);
    const deltas = [early, ...(await eventsOf(second, 'reply'))];
    const completed = deltas.pop();
    assert.equal(valueAt(completed, 'reply.content'), 'Let us take the red one. Or not?');
    assert.equal(deltas.map((delta) => textAt(delta, 'text')).join(''), 'Let us take the red one. Or not?');
  });

  for (const [how, leave] of [
    ['vanishes', (client: ReturnType<typeof connectSocket>) => client.vanish()],
    ['unsubscribes', (_: unknown, following: Answers) => void following.return?.()],
  ] as const) {
    it(`is stored whole when the client ${how} in its middle`, async () => {
      letEnd = Promise.withResolvers();
      const client = connectSocket(skein.url);
      const threadId = await threadWith(skein, []);
      const following = client.follow(REPLY, { input: { threadId, content: 'Wait a moment.' } });
      await following.next();
      leave(client, following);
      letEnd.resolve(undefined);
      const reply = await eventually('the reply to be stored', async () => {
        const { data } = await skein.ask(MESSAGES, { id: threadId });
        const node = valueAt(data, 'thread.messages.edges.1.node');
        return valueAt(node, 'status') === 'PENDING' ? null : node;
      });
      assert.equal(valueAt(reply, 'status'), 'COMPLETE');
      assert.equal(valueAt(reply, 'content'), 'Let us take the red one. Or not?');
      await client[Symbol.asyncDispose]();
    });
  }
});
