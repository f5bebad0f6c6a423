import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { textAt, valueAt } from '../support/answer.ts';
import { callsTool, finishes, pausesAfter, says, stallsAfter, streams } from '../support/model-servers/answers.ts';
import { startConnectedSkein, wireMessagesOf, type ConnectedSkein } from '../support/model-servers/connected-skein.ts';
import { eventually } from '../support/eventually.ts';
import { APPEND, headersOf, threadWith } from '../support/skein.ts';
import { connectSocket } from '../support/socket-client.ts';

const REPLY = `reply { id status content finishReason toolCalls { id name arguments } failure { code } }`;
const SEND = `mutation ($input: SendMessageInput!) { sendMessage(input: $input) { userMessage { content } ${REPLY} } }`;
const REGENERATE = `mutation ($input: RegenerateReplyInput!) {
  regenerateReply(input: $input) { userMessage { content } ${REPLY} } }`;
const STREAM = `subscription ($input: SendMessageInput!) { reply(input: $input) {
  ... on MessageStored { replyId } ... on ReplyDelta { text } ... on ReplyFailed { failure { code } } } }`;
const CANCEL = `mutation ($id: ID!) { cancelReply(messageId: $id) { reply { status content failure { code } } } }`;
const READ = `query ($id: ID!) { node(id: $id) { ... on Message { status content } } }`;
const CREATE = `mutation ($input: CreateThreadInput!) { createThread(input: $input) { thread { id } } }`;

const PARAMETERS = { type: 'object', properties: { place: { type: 'string' } } };
const WEATHER = { name: 'weather', description: 'Tells the weather.', parameters: JSON.stringify(PARAMETERS) };

/** Two calls, their fragments mixed. */
const ASKING = [
  callsTool({ index: 0, id: 'call_a', type: 'function', function: { name: 'weather', arguments: '' } }),
  callsTool({ index: 0, function: { arguments: '{"pla' } }),
  callsTool({ index: 1, id: 'call_b', type: 'function', function: { name: 'weather', arguments: '{"place"' } }),
  callsTool({ index: 0, function: { arguments: 'ce":"Köln"}' } }),
  callsTool({ index: 1, function: { arguments: ':"Skye"}' } }),
  finishes('tool_calls'),
];
const CALLS = [
  { id: 'call_a', name: 'weather', arguments: '{"place":"Köln"}' },
  { id: 'call_b', name: 'weather', arguments: '{"place":"Skye"}' },
];

describe('over the wire', () => {
  let skein: ConnectedSkein;
  before(async () => {
    skein = await startConnectedSkein('openai');
  });
  after(() => skein[Symbol.asyncDispose]());

  const answerTools = async (threadId: string, ...answers: readonly (readonly [string, string])[]) => {
    const messages = answers.map(([toolCallId, content]) => ({ role: 'TOOL', content, toolCallId }));
    const { errors } = await skein.ask(APPEND, { input: { threadId, messages } });
    assert.equal(errors, undefined);
  };

  for (const [what, query, field] of [
    ['sendMessage without content', SEND, 'sendMessage'],
    ['regenerateReply', REGENERATE, 'regenerateReply'],
  ] as const) {
    it(`tool calls come in fragments, are stored, answered by the client, and gone on from by ${what}`, async () => {
      skein.server.chat(streams(...ASKING), streams(says('Dry there, wet here.'), finishes()));
      const threadId = await threadWith(skein, [], { title: 'Weather' });
      const asked = await skein.ask(SEND, { input: { threadId, content: 'How is the weather?', tools: [WEATHER] } });
      const reply = valueAt(asked.data, 'sendMessage.reply');
      assert.deepEqual(reply, {
        id: valueAt(reply, 'id'),
        status: 'COMPLETE',
        content: '',
        finishReason: 'tool_calls',
        toolCalls: CALLS,
        failure: null,
      });
      assert.deepEqual(skein.server.requests.at(-1)?.body['tools'], [
        { type: 'function', function: { ...WEATHER, parameters: PARAMETERS } },
      ]);

      await answerTools(threadId, ['call_b', 'wet'], ['call_a', 'dry']);
      const { data } = await skein.ask(query, { input: { threadId, tools: [WEATHER] } });
      assert.equal(valueAt(data, `${field}.reply.content`), 'Dry there, wet here.');
      assert.equal(valueAt(data, `${field}.userMessage.content`), 'How is the weather?');
      assert.deepEqual(wireMessagesOf(skein.server), [
        { role: 'user', content: 'How is the weather?' },
        {
          role: 'assistant',
          tool_calls: CALLS.map(({ id, ...call }) => ({ id, type: 'function', function: call })),
        },
        { role: 'tool', content: 'dry', tool_call_id: 'call_a' },
        { role: 'tool', content: 'wet', tool_call_id: 'call_b' },
      ]);
    });
  }

  it('the names of people and agents reach the model', async () => {
    skein.server.chat(streams(says('Yes.'), finishes()));
    const created = await skein.ask(CREATE, { input: { title: 'Talk', agent: 'planner', instructions: 'Plan.' } });
    const threadId = textAt(created.data, 'createThread.thread.id');
    const messages = [
      { role: 'USER', content: 'Shall we?', author: 'Ada Lovelace' },
      { role: 'ASSISTANT', content: 'Better not.', author: 'critic' },
      { role: 'ASSISTANT', content: 'We shall.' },
    ];
    await skein.ask(APPEND, { input: { threadId, messages } });
    await skein.ask(SEND, { input: { threadId, content: 'Sure?', author: 'Grace' } });
    assert.deepEqual(wireMessagesOf(skein.server), [
      { role: 'system', content: 'Plan.' },
      { role: 'user', content: 'Shall we?', name: 'Ada_Lovelace' },
      { role: 'assistant', content: 'Better not.', name: 'critic' },
      { role: 'assistant', content: 'We shall.', name: 'planner' },
      { role: 'user', content: 'Sure?', name: 'Grace' },
    ]);
  });

  it('another model is asked for by its name', async () => {
    skein.server.chat(streams(says('Yes.'), finishes()));
    const threadId = await threadWith(skein, [], { title: 'Model' });
    await skein.ask(SEND, { input: { threadId, content: 'Hello', model: 'other-model' } });
    assert.equal(skein.server.requests.at(-1)?.body['model'], 'other-model');
  });

  it('a client that goes away does not stop its reply', async () => {
    const gone = Promise.withResolvers<undefined>();
    skein.server.chat(pausesAfter([says('Before, ')], gone.promise, says('and after.'), finishes()));
    const threadId = await threadWith(skein, [], { title: 'Gone' });
    const socket = connectSocket(skein.url);
    const events = socket.follow(STREAM, { input: { threadId, content: 'Talk.' } });
    const { value: stored } = await events.next();
    const { value: delta } = await events.next();
    assert.equal(valueAt(delta?.data, 'reply.text'), 'Before, ');
    socket.vanish();
    await eventually('the server to see the client go', () => (skein.sockets() === 0 ? true : null));
    gone.resolve(undefined);
    const reply = await eventually('the reply to be stored', async () => {
      const { data } = await skein.ask(READ, { id: valueAt(stored?.data, 'reply.replyId') });
      return valueAt(data, 'node.status') === 'PENDING' ? null : valueAt(data, 'node');
    });
    assert.deepEqual(reply, { status: 'COMPLETE', content: 'Before, and after.' });
  });

  it('a cancelled reply lets go of the model’s server, and is FAILED with what had come', async () => {
    skein.server.chat(stallsAfter(says('So far')));
    const threadId = await threadWith(skein, [], { title: 'Cancelled' });
    await using socket = connectSocket(skein.url);
    const events = socket.follow(STREAM, { input: { threadId, content: 'Talk.' } });
    const { value: stored } = await events.next();
    const id = valueAt(stored?.data, 'reply.replyId');
    const { value: delta } = await events.next();
    assert.equal(valueAt(delta?.data, 'reply.text'), 'So far');
    const { data } = await skein.ask(CANCEL, { id });
    await skein.server.requests.at(-1)?.abandoned;
    const failure = { code: 'CANCELLED' };
    assert.deepEqual(data, { cancelReply: { reply: { status: 'FAILED', content: 'So far', failure } } });
    const { value: failed } = await events.next();
    assert.deepEqual(failed?.data, { reply: { failure } });
    assert.equal((await events.next()).done, true);
  });

  it('a reply is cancelled by nobody but its owner', async () => {
    skein.server.chat(stallsAfter(says('So far')));
    const who = { user: 'owner' };
    const threadId = await threadWith(skein, [], { title: 'Mine', who });
    await using socket = connectSocket(skein.url, headersOf(who));
    const events = socket.follow(STREAM, { input: { threadId, content: 'Talk.' } });
    const { value: stored } = await events.next();
    const id = valueAt(stored?.data, 'reply.replyId');
    for (const [other, code] of [
      [{ user: 'stranger' }, 'NOT_FOUND'],
      [{ user: 'owner', tenant: 'elsewhere' }, 'NOT_FOUND'],
      [{ user: 'reader', roles: 'analyst' }, 'FORBIDDEN'],
    ] as const) {
      const { errors } = await skein.ask(CANCEL, { id }, other);
      assert.equal(errors?.[0]?.extensions.code, code);
    }
    const { data } = await skein.ask(CANCEL, { id }, who);
    assert.equal(valueAt(data, 'cancelReply.reply.status'), 'FAILED');
  });

  it('a reply of another tenant with the same keys is another reply', async () => {
    skein.server.chat(stallsAfter(says('So far')));
    const tenants = ['north', 'south'].map((tenant) => ({ user: 'ada', tenant }));
    const runs = await Promise.all(
      tenants.map(async (who) => {
        const created = await skein.ask(CREATE, { input: { title: 'Same', idempotencyKey: 'same' } }, who);
        const threadId = textAt(created.data, 'createThread.thread.id');
        const socket = connectSocket(skein.url, headersOf(who));
        const events = socket.follow(STREAM, { input: { threadId, content: 'Talk.', idempotencyKey: 'same' } });
        const { value: stored } = await events.next();
        await events.next();
        const id = valueAt(stored?.data, 'reply.replyId');
        return { who, id, events, socket };
      }),
    );
    const [north, south] = runs;
    assert.ok(north && south);
    assert.equal(north.id, south.id);
    await skein.ask(CANCEL, { id: south.id }, south.who);
    assert.deepEqual((await south.events.next()).value?.data, { reply: { failure: { code: 'CANCELLED' } } });
    const { data } = await skein.ask(READ, { id: north.id }, north.who);
    assert.equal(valueAt(data, 'node.status'), 'PENDING');
    await skein.ask(CANCEL, { id: north.id }, north.who);
    for (const { socket } of runs) await socket[Symbol.asyncDispose]();
  });
});
