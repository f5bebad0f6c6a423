import assert from 'node:assert/strict';
import { it } from 'node:test';
import { valueAt } from '../support/answer.ts';
import { eventually } from '../support/eventually.ts';
import { anEnd, scriptedChat } from '../support/scripted-chat.ts';
import { postBody, SEND, startSkein, threadWith } from '../support/skein.ts';
import { connectSocket } from '../support/socket-client.ts';

const REPLY = `subscription ($input: SendMessageInput!) { reply(input: $input) {
  __typename
  ... on ReplyCompleted { reply { status content } thread { messages(filter: { roles: [ASSISTANT] }) { totalCount } } }
  ... on ReplyFailed { reply { status content } failure { code retryable } }
} }`;

/** A Skein whose model says half of its reply and waits until the test lets it end, or until it is stopped. */
async function startWithHalfAReply() {
  const letEnd = Promise.withResolvers<undefined>();
  const chat = scriptedChat(async function* (_, signal) {
    yield { kind: 'delta', text: 'One half' };
    signal.addEventListener('abort', () => letEnd.reject(signal.reason));
    await letEnd.promise;
    yield { kind: 'delta', text: ' and the other.' };
    yield anEnd();
  });
  const skein = await startSkein({ chat });
  const [heard, followed] = [await threadWith(skein, []), await threadWith(skein, [])];
  const client = connectSocket(skein.url);
  const events = client.follow(REPLY, { input: { threadId: followed, content: 'Tell me.' } });
  await events.next();
  const answer = skein.ask(SEND, { input: { threadId: heard, content: 'Tell me too.' } });
  await eventually('both replies to be under way', () => (chat.requests.length === 2 ? true : null));
  const last = async () => {
    let event: unknown;
    for await (const { data } of events) event = valueAt(data, 'reply');
    return event;
  };
  return { skein, client, answer, last, letEnd: () => letEnd.resolve(undefined) };
}

it('a stop lets replies under way end, tells their clients, and takes nothing new', async () => {
  const { skein, client, answer, last, letEnd } = await startWithHalfAReply();
  const stopped = skein[Symbol.asyncDispose]();
  const refused = await postBody(skein.url, '{"query":"{ viewer { id } }"}');
  assert.equal(refused.status, 503);
  assert.equal(refused.answer.errors?.[0]?.extensions.code, 'UNAVAILABLE');
  letEnd();

  const { data } = await answer;
  assert.equal(valueAt(data, 'sendMessage.failure'), null);
  assert.equal(valueAt(data, 'sendMessage.reply.content'), 'One half and the other.');
  assert.deepEqual(await last(), {
    __typename: 'ReplyCompleted',
    reply: { status: 'COMPLETE', content: 'One half and the other.' },
    thread: { messages: { totalCount: 1 } },
  });
  assert.equal((await client.closed).code, 1_001);
  await stopped;
});

it('replies that outlast the patience of a stop are stored as interrupted, with what had come', async () => {
  const { skein, client, answer, last } = await startWithHalfAReply();
  const stopped = skein.skein.services.sending.close(0);
  const { data } = await answer;
  assert.equal(valueAt(data, 'sendMessage.reply.status'), 'FAILED');
  assert.equal(valueAt(data, 'sendMessage.reply.content'), 'One half');
  assert.equal(valueAt(data, 'sendMessage.failure.code'), 'INTERRUPTED');
  assert.deepEqual(await last(), {
    __typename: 'ReplyFailed',
    reply: { status: 'FAILED', content: 'One half' },
    failure: { code: 'INTERRUPTED', retryable: true },
  });
  await stopped;
  const threadId = await threadWith(skein, []);
  const late = await skein.ask(SEND, { input: { threadId, content: 'And now?' } });
  assert.equal(late.errors?.[0]?.extensions.code, 'UNAVAILABLE');
  await client[Symbol.asyncDispose]();
  await skein[Symbol.asyncDispose]();
});
