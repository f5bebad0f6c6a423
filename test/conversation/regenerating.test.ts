import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { encodeMessageId, threadKeyOf } from '../../src/core/global-id.ts';
import { keyOfMessage } from '../../src/core/thread.ts';
import { developmentViewer } from '../../src/http/development-identity.ts';
import { valueAt, valuesAt } from '../support/answer.ts';
import { aCall } from '../support/builders.ts';
import { APPEND, SEND, startSkein, threadWith, type TestSkein } from '../support/skein.ts';
import { anEnd, saying, scriptedChat } from '../support/scripted-chat.ts';

const REGENERATE = `mutation ($input: RegenerateReplyInput!) {
  regenerateReply(input: $input) { userMessage { content } reply { id seq status content } failure { code } }
}`;
const CANCEL = `mutation ($id: ID!) { cancelReply(messageId: $id) { reply { status content failure { code retryable } } } }`;
const MESSAGES = `query ($id: ID!, $filter: MessageFilter) { thread(id: $id) { title messages(filter: $filter) {
  edges { node { id seq role status content } } } } }`;

describe('a reply written anew', () => {
  let skein: TestSkein;
  let count = 0;
  const chat = scriptedChat(({ turns }) => {
    if (turns.some(({ content }) => content.startsWith('Give this conversation a title'))) return saying('A title');
    count += 1;
    return saying(`Marzipan answer ${String(count)}`);
  });
  before(async () => {
    skein = await startSkein({ chat });
  });
  after(() => skein[Symbol.asyncDispose]());

  const messagesOf = async (id: string, filter?: object) => {
    const { data } = await skein.ask(MESSAGES, { id, filter });
    return valuesAt(data, 'thread.messages.edges.*.node');
  };
  const statuses = async (id: string, filter?: object) =>
    (await messagesOf(id, filter)).map((message) => [valueAt(message, 'seq'), valueAt(message, 'status')]);

  it('takes the place of the old one, which is kept, superseded', async () => {
    const id = await threadWith(skein, []);
    const sent = await skein.ask(SEND, { input: { threadId: id, content: 'Tell me.' } });
    const old = valueAt(sent.data, 'sendMessage.reply');
    const { data } = await skein.ask(REGENERATE, { input: { threadId: id, messageId: valueAt(old, 'id') } });
    assert.notEqual(valueAt(data, 'regenerateReply.reply.content'), valueAt(old, 'content'));
    assert.equal(valueAt(data, 'regenerateReply.userMessage.content'), 'Tell me.');
    assert.deepEqual(await statuses(id), [
      [1, 'COMPLETE'],
      [3, 'COMPLETE'],
    ]);
    assert.deepEqual(await statuses(id, { statuses: ['SUPERSEDED'] }), [[2, 'SUPERSEDED']]);
    const shown = chat.requests.at(-1)?.turns.map(({ content }) => content);
    assert.deepEqual(shown, ['Tell me.'], 'the old reply is not in the history');
  });

  it('leaves the old one out of search unless asked for', async () => {
    const who = { user: 'searcher' };
    const id = await threadWith(skein, [], { who });
    const sent = await skein.ask(SEND, { input: { threadId: id, content: 'Tell me.' } }, who);
    await skein.ask(REGENERATE, { input: { threadId: id } }, who);
    const search = `query ($filter: MessageFilter) { searchMessages(query: "marzipan", mode: KEYWORD, filter: $filter) {
      edges { node { message { id status } } } } }`;
    const found = await skein.ask(search, {}, who);
    const ids = valuesAt(found.data, 'searchMessages.edges.*.node.message.id');
    const replyId = valueAt(sent.data, 'sendMessage.reply.id');
    assert.equal(ids.includes(replyId), false);
    assert.ok(ids.length >= 1);
    const old = await skein.ask(search, { filter: { statuses: ['SUPERSEDED'] } }, who);
    assert.deepEqual(valuesAt(old.data, 'searchMessages.edges.*.node.message.id'), [replyId]);
  });

  it('is written once for an idempotency key, and once for calls that run at once', async () => {
    const id = await threadWith(skein, []);
    await skein.ask(SEND, { input: { threadId: id, content: 'Tell me.' } });
    const keyed = { input: { threadId: id, idempotencyKey: 'again' } };
    const first = await skein.ask(REGENERATE, keyed);
    assert.deepEqual((await skein.ask(REGENERATE, keyed)).data, first.data);
    const viewer = developmentViewer(() => undefined);
    const wish = { messageId: null, model: null, tools: [], recall: null, idempotencyKey: null };
    const { sending } = skein.skein.services;
    // In one turn of the event loop, so that they are at once however fast the model is.
    const runs = [1, 2, 3].map(() => sending.regenerate(viewer, threadKeyOf(id, 'id'), wish, aCall()));
    const replies = await Promise.all(runs.map(async (run) => (await run.sent).reply.id));
    assert.equal(new Set(replies).size, 1);
    assert.equal((await messagesOf(id)).length, 2);
  });

  it('is refused with CONFLICT when it is not the last', async () => {
    const id = await threadWith(skein, []);
    const sent = await skein.ask(SEND, { input: { threadId: id, content: 'Tell me.' } });
    await skein.ask(SEND, { input: { threadId: id, content: 'And now?' } });
    const messageId = valueAt(sent.data, 'sendMessage.reply.id');
    const answer = await skein.ask(REGENERATE, { input: { threadId: id, messageId } });
    assert.equal(answer.errors?.[0]?.extensions.code, 'CONFLICT');
  });

  it('is refused in a thread that has nothing to reply to', async () => {
    const id = await threadWith(skein, []);
    const answer = await skein.ask(REGENERATE, { input: { threadId: id } });
    assert.equal(answer.errors?.[0]?.extensions.code, 'BAD_USER_INPUT');
  });
});

describe('a thread without a title', () => {
  it('gets one from the model after its first exchange, and keeps one that it has', async () => {
    const chat = scriptedChat(({ turns }) =>
      turns[0]?.content.startsWith('Give this conversation a title') ? saying('“Bread and salt”') : saying('Yes.'),
    );
    await using skein = await startSkein({ chat });
    const untitled = await threadWith(skein, []);
    const titled = await threadWith(skein, [], { title: 'Mine' });
    for (const threadId of [untitled, titled]) await skein.ask(SEND, { input: { threadId, content: 'Is it good?' } });
    const read = `query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Thread { title } } }`;
    for (;;) {
      const { data } = await skein.ask(read, { ids: [untitled, titled] });
      if (valueAt(data, 'nodes.0.title') === null) continue;
      assert.deepEqual(data, { nodes: [{ title: 'Bread and salt' }, { title: 'Mine' }] });
      break;
    }
  });
});

describe('tool calls', () => {
  let skein: TestSkein;
  let beforeToolReply = (): Promise<undefined> => Promise.resolve(undefined);
  const chat = scriptedChat(async function* ({ turns }) {
    if (turns.at(-1)?.role === 'tool') {
      await beforeToolReply();
      yield { kind: 'delta', text: `It is ${String(turns.at(-1)?.content)}.` };
      yield anEnd();
    } else {
      yield anEnd({ finishReason: 'tool_calls', toolCalls: [{ id: 'call-1', name: 'weather', arguments: '{}' }] });
    }
  });
  before(async () => {
    skein = await startSkein({ chat });
  });
  after(() => skein[Symbol.asyncDispose]());

  const answerTool = (threadId: string, toolCallId: string) =>
    skein.ask(APPEND, { input: { threadId, messages: [{ role: 'TOOL', content: 'sunny', toolCallId }] } });

  for (const [what, query, field] of [
    ['sendMessage without content', SEND, 'sendMessage'],
    ['regenerateReply', REGENERATE, 'regenerateReply'],
  ] as const) {
    it(`are stored, answered by the client, and gone on from by ${what}`, async () => {
      const id = await threadWith(skein, [], { title: 'Weather' });
      const sent = await skein.ask(SEND, { input: { threadId: id, content: 'How is the weather?' } });
      assert.equal(valueAt(sent.data, 'sendMessage.reply.finishReason'), 'tool_calls');
      await answerTool(id, 'call-1');
      const { data, errors } = await skein.ask(query, { input: { threadId: id } });
      assert.equal(errors, undefined);
      assert.equal(valueAt(data, `${field}.reply.content`), 'It is sunny.');
      assert.equal(valueAt(data, `${field}.userMessage.content`), 'How is the weather?');
      const roles = chat.requests.at(-1)?.turns.map(({ role }) => role);
      assert.deepEqual(roles, ['user', 'assistant', 'tool']);
    });
  }

  it('are gone on from once, when it is asked for again while the reply is being written', async () => {
    const id = await threadWith(skein, [], { title: 'Weather' });
    await skein.ask(SEND, { input: { threadId: id, content: 'How is the weather?' } });
    await answerTool(id, 'call-1');
    const asked = Promise.withResolvers<undefined>();
    const goOn = Promise.withResolvers<undefined>();
    beforeToolReply = () => {
      asked.resolve(undefined);
      return goOn.promise;
    };
    const first = skein.ask(SEND, { input: { threadId: id } });
    await asked.promise;
    const viewer = developmentViewer(() => undefined);
    const wish = { messageId: null, model: null, tools: [], recall: null, idempotencyKey: null };
    const { sending } = skein.skein.services;
    const again = sending.regenerate(viewer, threadKeyOf(id, 'id'), wish, aCall());
    await again.opening;
    goOn.resolve(undefined);
    const [sent, anew] = await Promise.all([first, again.sent]);
    beforeToolReply = () => Promise.resolve(undefined);
    assert.equal(sent.errors, undefined);
    assert.equal(encodeMessageId(keyOfMessage(anew.reply)), valueAt(sent.data, 'sendMessage.reply.id'));
    const { data } = await skein.ask(MESSAGES, { id });
    assert.equal(valueAt(data, 'thread.messages.edges.length'), 4);
  });

  it('that nobody made are not answered', async () => {
    const id = await threadWith(skein, ['Hello.']);
    const answer = await answerTool(id, 'call-9');
    assert.equal(answer.errors?.[0]?.extensions.code, 'BAD_USER_INPUT');
    assert.equal(answer.errors[0].extensions.field, 'input.messages.0.toolCallId');
  });

  it('are not gone on from when there is nothing to reply to', async () => {
    const id = await threadWith(skein, ['Hello.', 'Hello!']);
    const answer = await skein.ask(SEND, { input: { threadId: id } });
    assert.equal(answer.errors?.[0]?.extensions.code, 'BAD_USER_INPUT');
  });
});

describe('a reply that is cancelled', () => {
  it('ends FAILED with what had come, and is not cancelled twice', async () => {
    const spoke = Promise.withResolvers<undefined>();
    const chat = scriptedChat(async function* (_, signal) {
      yield { kind: 'delta', text: 'So far' };
      spoke.resolve(undefined);
      await new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          reject(new Error('stopped'));
        });
      });
    });
    await using skein = await startSkein({ chat });
    const id = await threadWith(skein, []);
    const sending = skein.ask(SEND, { input: { threadId: id, content: 'Talk.' } });
    await spoke.promise;
    const { data } = await skein.ask(MESSAGES, { id });
    const replyId = valueAt(data, 'thread.messages.edges.1.node.id');
    const cancelled = await skein.ask(CANCEL, { id: replyId });
    assert.deepEqual(valueAt(cancelled.data, 'cancelReply.reply'), {
      status: 'FAILED',
      content: 'So far',
      failure: { code: 'CANCELLED', retryable: true },
    });
    const sent = await sending;
    assert.equal(valueAt(sent.data, 'sendMessage.failure.code'), 'CANCELLED');
    const again = await skein.ask(CANCEL, { id: replyId });
    assert.equal(again.errors?.[0]?.extensions.code, 'CONFLICT');
  });
});
