import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { after, before, describe, it } from 'node:test';
import { WebSocket } from 'ws';
import { valueAt, type Answer } from '../support/answer.ts';
import { startSkein, threadWith, type TestSkein } from '../support/skein.ts';
import { EVENTS, MESSAGES, connectSocket } from '../support/socket-client.ts';

const REPLY = `subscription ($input: SendMessageInput!) { reply(input: $input) {
  __typename
  ... on MessageStored { userMessage { id seq content } replyId }
  ... on ReplyDelta { replyId text }
  ... on ReplyCompleted { reply { id seq status content } thread { messageCount } }
  ... on ReplyFailed { reply { id status content } failure { code message retryable } }
} }`;

describe('a WebSocket', () => {
  let skein: TestSkein;
  let threadId: string;
  before(async () => {
    skein = await startSkein();
    threadId = await threadWith(skein, ['Mine.'], { who: { user: 'ada' } });
  });
  after(() => skein[Symbol.asyncDispose]());

  it('asks as the one whom its connection parameters name', async () => {
    await using ada = connectSocket(skein.url, { 'x-skein-user': 'ada', 'x-skein-tenant': 'default' });
    const { data } = await ada.ask('{ viewer { id tenantId roles } }');
    assert.deepEqual(data, { viewer: { id: 'ada', tenantId: 'default', roles: ['USER'] } });
    const first = await ada.follow(EVENTS, { threadId, afterSeq: 0 }).next();
    assert.equal(valueAt(first.value?.data, 'threadEvents.message.content'), 'Mine.');
    await using analyst = connectSocket(skein.url, { 'x-skein-user': 'grace', 'x-skein-roles': 'user, analyst' });
    const seen = await analyst.follow(EVENTS, { threadId, afterSeq: 0 }).next();
    assert.equal(valueAt(seen.value?.data, 'threadEvents.message.content'), 'Mine.');
  });

  it('tells nobody else that the thread exists', async () => {
    await using bob = connectSocket(skein.url, { 'x-skein-user': 'bob' });
    await using stranger = connectSocket(skein.url, { 'x-skein-user': 'ada', 'x-skein-tenant': 'elsewhere' });
    for (const client of [bob, stranger]) {
      for (const [query, variables] of [
        [EVENTS, { threadId }],
        [REPLY, { input: { threadId, content: 'Hello?' } }],
      ] as const) {
        assertRefused(await client.ask(query, variables), 'NOT_FOUND');
      }
    }
    const { data } = await skein.ask(MESSAGES, { id: threadId }, { user: 'ada' });
    assert.equal(valueAt(data, 'thread.messages.edges.length'), 1);
  });

  const refusals: readonly [what: string, query: string, variables: object, code: string, field?: string][] = [
    ['a thread that is none', EVENTS, { threadId: 'nonsense' }, 'NOT_FOUND', 'threadId'],
    [
      'a message to a thread that is none',
      REPLY,
      { input: { threadId: 'no', content: 'x' } },
      'NOT_FOUND',
      'input.threadId',
    ],
    ['a query that does not parse', 'subscription {', {}, 'BAD_USER_INPUT'],
    ['a field that does not exist', 'subscription { colour }', {}, 'BAD_USER_INPUT'],
    ['a variable that does not fit', EVENTS, { threadId: 'x', afterSeq: 'soon' }, 'BAD_USER_INPUT', 'afterSeq'],
    ['a missing variable', EVENTS, {}, 'BAD_USER_INPUT', 'threadId'],
    ['a document of too many words', `{ ${'viewer { id } '.repeat(4_000)} }`, {}, 'BAD_USER_INPUT'],
    [
      'too much at once',
      '{ threads(first: 100) { edges { node { messages(first: 100) { edges { node { neighbours(before: 20, after: 20) { id } } } } } } } }',
      {},
      'LIMIT_EXCEEDED',
    ],
  ];
  for (const [what, query, variables, code, field] of refusals) {
    it(`refuses ${what} with ${code}, and stays open`, async () => {
      await using client = connectSocket(skein.url);
      assertRefused(await client.ask(query, variables), code, field);
      assert.deepEqual((await client.ask('{ viewer { id } }')).data, { viewer: { id: 'local' } });
    });
  }

  it('judges a text that it has read before by the variables that come with it', async () => {
    await using client = connectSocket(skein.url);
    const query = `query ($first: Int, $role: Role!) { threads(first: $first) { edges { node {
      messages(first: $first, filter: { roles: [$role] }) { edges { node { neighbours(before: 20, after: 20) { id } } } }
    } } } }`;
    for (const [variables, code] of [
      [{ first: 100, role: 'PARROT' }, 'BAD_USER_INPUT'],
      [{ first: 100, role: 'USER' }, 'LIMIT_EXCEEDED'],
      [{ first: 2, role: 'USER' }, null],
      [{ first: 100, role: 'TOOL' }, 'LIMIT_EXCEEDED'],
      [{ first: 2, role: 'PARROT' }, 'BAD_USER_INPUT'],
      [{ first: 2, role: 'TOOL' }, null],
    ] as const) {
      const answer = await client.ask(query, variables);
      if (code === null) assert.equal(answer.errors, undefined);
      else assertRefused(answer, code);
    }
  });

  it('refuses a message that says nothing, and one before the first', async () => {
    await using client = connectSocket(skein.url, { 'x-skein-user': 'ada' });
    assertRefused(await client.ask(REPLY, { input: { threadId, content: ' ' } }), 'BAD_USER_INPUT', 'input.content');
    assertRefused(await client.ask(EVENTS, { threadId, afterSeq: -1 }), 'BAD_USER_INPUT', 'afterSeq');
  });

  for (const [what, params] of [
    ['a role that is none', { 'x-skein-roles': 'emperor' }],
    ['a role that is no text', { 'x-skein-roles': 7 }],
    ['a user that cannot be one', { 'x-skein-user': '\n' }],
    ['a user of 300 characters', { 'x-skein-user': 'ü'.repeat(300) }],
  ] as const) {
    it(`is closed as unauthorised for ${what}`, async () => {
      await using client = connectSocket(skein.url, params);
      await assert.rejects(client.ask('{ viewer { id } }'));
      const { code, reason } = await client.closed;
      assert.equal(code, 4_401);
      assert.match(reason, /\w/);
    });
  }

  it('is refused to a web page of another origin', async () => {
    const socket = new WebSocket(skein.url.replace('http', 'ws'), 'graphql-transport-ws', {
      origin: 'https://evil.example',
    });
    const response = await new Promise<IncomingMessage>((resolve) => {
      socket.once('unexpected-response', (_, refusal) => resolve(refusal));
    });
    assert.equal(response.statusCode, 403);
    response.resume();
    await once(response.socket, 'close');
  });

  it('is closed by a message that is longer than a request may be', async () => {
    const socket = new WebSocket(skein.url.replace('http', 'ws'), 'graphql-transport-ws');
    await once(socket, 'open');
    const closed = new Promise<number>((resolve) => socket.once('close', resolve));
    socket.send(JSON.stringify({ type: 'ping', payload: { filler: 'x'.repeat(34_000_000) } }));
    assert.equal(await closed, 1009);
  });

  it('tells what each answer cost', async () => {
    await using client = connectSocket(skein.url, { 'x-skein-user': 'ada' });
    const { extensions } = await client.ask(MESSAGES, { id: threadId });
    assert.equal(extensions?.cost.storageRequests, 2);
    const events = [];
    for await (const answer of client.follow(REPLY, { input: { threadId, content: 'Hello?' } })) events.push(answer);
    for (const answer of events) assert.ok((answer.extensions?.cost.storageRequests ?? 0) > 0);
  });
});

function assertRefused({ data, errors }: Answer, code: string, field?: string): void {
  assert.equal(data ?? null, null);
  assert.deepEqual(
    errors?.map(({ extensions }) => extensions.code),
    [code],
    JSON.stringify(errors),
  );
  if (field !== undefined) assert.equal(errors[0]?.extensions.field, field);
  assert.doesNotMatch(JSON.stringify(errors), /stacktrace|SELECT|node_modules/);
}
