import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, describe, it } from 'node:test';
import { WebSocket } from 'ws';
import { eventually } from '../support/eventually.ts';
import { scriptedChat, anEnd } from '../support/scripted-chat.ts';
import { APPEND, SEND, startSkein, threadWith, type Answer, type TestSkein } from '../support/skein.ts';
import { connectSocket } from '../support/socket-client.ts';

const REPLY = `subscription ($input: SendMessageInput!) { reply(input: $input) {
  __typename
  ... on MessageStored { userMessage { id seq content } replyId }
  ... on ReplyDelta { replyId text }
  ... on ReplyCompleted { reply { id seq status content } thread { messageCount } }
  ... on ReplyFailed { reply { id status content } failure { code message retryable } }
} }`;

const EVENTS = `subscription ($threadId: ID!, $afterSeq: Int) { threadEvents(threadId: $threadId, afterSeq: $afterSeq) {
  __typename
  ... on MessageAppended { message { seq status content } }
  ... on MessageFinished { message { seq status content } }
  ... on MessageDeleted { deletedId }
  ... on ThreadChanged { thread { title version } }
  ... on ThreadDeleted { deletedId }
} }`;

const MESSAGES = `query ($id: ID!) { thread(id: $id) { messages(first: 100) { edges { node { id seq status content } } } } }`;

/** The events of a subscription, until it ends or `last` comes. */
async function eventsOf(answers: AsyncIterable<Answer>, field: string, last?: (event: Event) => boolean) {
  const events: Event[] = [];
  for await (const { data, errors } of answers) {
    assert.equal(errors, undefined);
    events.push(data[field]);
    if (last?.(data[field])) break;
  }
  return events;
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the shape is the query's, checked by assertions
type Event = any;

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
    const early: Event[] = [(await second.next()).value.data.reply];
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
    const first = (await following.next()).value.data.threadEvents;
    const late = Array.from({ length: 20 }, (_, at) => append(threadId, `late ${at}`));
    const events = [first, ...(await eventsOf(following, 'threadEvents', ({ message }) => message.seq === 35))];
    assert.deepEqual(
      events.map(({ message }) => message.seq),
      Array.from({ length: 33 }, (_, at) => at + 3),
    );
    assert.equal(new Set(events.map(({ message }) => message.content)).size, 33);
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
    assert.equal(appended.value.data.threadEvents.message.content, 'new');
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
      ({ message }) => message.status === 'COMPLETE' && message.seq === 3,
    );
    const ended = events.at(-1);
    assert.deepEqual([ended.__typename, ended.message.status], ['MessageFinished', 'COMPLETE']);
    assert.deepEqual(
      events.filter(({ __typename }) => __typename === 'MessageAppended').map(({ message }) => message.seq),
      [2, 3],
    );
  });

  it('tell changes and deletions, and end when the thread is deleted', async () => {
    await using client = connectSocket(skein.url);
    const threadId = await threadWith(skein, ['one', 'two']);
    const following = client.follow(EVENTS, { threadId, afterSeq: 1 });
    await following.next();
    const { data } = await skein.ask(MESSAGES, { id: threadId });
    const messageId = data.thread.messages.edges[0].node.id;
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
    assert.equal((await stayed.next()).value.data.threadEvents.message.content, 'two');
  });
});

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
    assert.deepEqual(data.viewer, { id: 'ada', tenantId: 'default', roles: ['USER'] });
    const first = await ada.follow(EVENTS, { threadId, afterSeq: 0 }).next();
    assert.equal(first.value.data.threadEvents.message.content, 'Mine.');
    await using analyst = connectSocket(skein.url, { 'x-skein-user': 'grace', 'x-skein-roles': 'user, analyst' });
    const seen = await analyst.follow(EVENTS, { threadId, afterSeq: 0 }).next();
    assert.equal(seen.value.data.threadEvents.message.content, 'Mine.');
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
    assert.equal(data.thread.messages.edges.length, 1);
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
      assert.equal((await client.ask('{ viewer { id } }')).data.viewer.id, 'local');
    });
  }

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
    const [, response] = await once(socket, 'unexpected-response');
    assert.equal(response.statusCode, 403);
    response.resume();
    await once(response.socket, 'close');
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
  if (field !== undefined) assert.equal(errors?.[0]?.extensions.field, field);
  assert.doesNotMatch(JSON.stringify(errors), /stacktrace|SELECT|node_modules/);
}
