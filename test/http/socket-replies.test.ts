import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { anEnd, scriptedChat } from '../support/scripted-chat.ts';
import { SEND, startSkein, threadWith, type Answer, type TestSkein } from '../support/skein.ts';
import { connectSocket, eventsOf, type SocketEvent } from '../support/socket-client.ts';

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
    assert.equal(stored.__typename, 'MessageStored');
    assert.deepEqual([stored.userMessage.seq, stored.userMessage.content], [1, 'Which one?']);
    assert.ok(rest.length > 0);
    for (const delta of rest) assert.deepEqual([delta.__typename, delta.replyId], ['ReplyDelta', stored.replyId]);
    assert.deepEqual(completed, {
      __typename: 'ReplyCompleted',
      reply: { id: stored.replyId, seq: 2, status: 'COMPLETE', content: 'Let us take the red one. Or not?' },
      thread: { messageCount: 2 },
    });
    assert.equal(rest.map(({ text }: { text: string }) => text).join(''), completed.reply.content);
    const { data } = await skein.ask(MESSAGES, { id: threadId });
    assert.equal(data.thread.messages.edges[1].node.content, completed.reply.content);
  });

  it('that fails ends with what had come, and why', async () => {
    await using client = connectSocket(skein.url);
    const threadId = await threadWith(skein, []);
    const events = await eventsOf(client.follow(REPLY, { input: { threadId, content: 'Try and fail.' } }), 'reply');
    const { __typename, reply, failure } = events.at(-1);
    assert.equal(__typename, 'ReplyFailed');
    assert.deepEqual([reply.status, reply.content], ['FAILED', 'Let us take the red one. Or not?']);
    assert.deepEqual([failure.code, failure.retryable], ['UNAVAILABLE', true]);
    assert.doesNotMatch(JSON.stringify(events), /ill/);
  });

  it('is the one that the mutation with the same idempotency key gives, before its end and after', async () => {
    letEnd = Promise.withResolvers();
    await using client = connectSocket(skein.url);
    const threadId = await threadWith(skein, []);
    const input = { threadId, content: 'Wait a moment.', idempotencyKey: 'once' };
    const following = client.follow(REPLY, { input });
    const stored = (await following.next()).value.data.reply;
    const mutations = [skein.ask(SEND, { input }), skein.ask(SEND, { input })];
    letEnd.resolve(undefined);
    const ended = (await eventsOf(following, 'reply')).at(-1);
    const again = await eventsOf(client.follow(REPLY, { input }), 'reply');
    for (const { data } of [...(await Promise.all(mutations)), await skein.ask(SEND, { input })]) {
      assert.equal(data.sendMessage.userMessage.id, stored.userMessage.id);
      assert.equal(data.sendMessage.reply.id, stored.replyId);
      assert.equal(data.sendMessage.reply.content, ended.reply.content);
    }
    assert.deepEqual(
      again.map(({ __typename }) => __typename),
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
    await eventually('the first to have heard all but the end', async () => {
      const { value } = await first.next();
      return value.data.reply.text?.endsWith('one.') ? true : null;
    });
    await using latecomer = connectSocket(skein.url);
    const second = latecomer.follow(REPLY, { input });
    await second.next();
    const early: SocketEvent[] = [(await second.next()).value.data.reply];
    letEnd.resolve(undefined);
    const late = [...early, ...(await eventsOf(second, 'reply'))];
    const text = late.map((event) => event.text ?? '').join('');
    assert.equal(text, late.at(-1).reply.content);
    assert.equal(text, 'Let us take the red one. Or not?');
  });

  for (const [how, leave] of [
    ['vanishes', (client: ReturnType<typeof connectSocket>) => client.vanish()],
    ['unsubscribes', (_: unknown, following: AsyncIterableIterator<Answer>) => void following.return?.()],
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
        const [, { node }] = data.thread.messages.edges;
        return node.status === 'PENDING' ? null : node;
      });
      assert.deepEqual([reply.status, reply.content], ['COMPLETE', 'Let us take the red one. Or not?']);
      await client[Symbol.asyncDispose]();
    });
  }
});
