import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, before, describe, it } from 'node:test';
import type { Answer } from '../support/answer.ts';
import { APPEND, CREATE, postBody, SEND, startSkein, threadWith, type TestSkein } from '../support/skein.ts';

describe('bad input', () => {
  let skein: TestSkein;
  let threadId: string;
  before(async () => {
    skein = await startSkein();
    threadId = await threadWith(skein, ['Good input.']);
  });
  after(() => skein[Symbol.asyncDispose]());

  function assertRefused(answer: Answer, code: string, field?: string): void {
    assert.equal(answer.errors?.length, 1, JSON.stringify(answer));
    assert.equal(answer.errors[0]?.extensions.code, code, JSON.stringify(answer));
    if (field !== undefined) assert.equal(answer.errors[0].extensions.field, field);
    assert.doesNotMatch(JSON.stringify(answer), /stacktrace|SELECT|node_modules/);
  }

  async function assertNothingWritten(): Promise<void> {
    const { data } = await skein.ask(`query ($id: ID!) { threads { totalCount } thread(id: $id) { messageCount } }`, {
      id: threadId,
    });
    assert.deepEqual(data, { threads: { totalCount: 1 }, thread: { messageCount: 1 } });
  }

  const search = (args: string) => `{ searchMessages(${args}) { totalCount } }`;
  const messages = (args: string) => `query ($id: ID!) { thread(id: $id) { messages(${args}) { totalCount } } }`;

  const queries: readonly [what: string, query: string, code: string, field?: string][] = [
    ['an id that is none', '{ thread(id: "nonsense") { id } }', 'NOT_FOUND', 'id'],
    ['an id that is none, as a node', '{ node(id: "nonsense") { id } }', 'NOT_FOUND', 'id'],
    ['a page of no threads', '{ threads(first: 0) { totalCount } }', 'BAD_USER_INPUT', 'first'],
    ['a page of 101 threads', '{ threads(first: 101) { totalCount } }', 'BAD_USER_INPUT', 'first'],
    ['a page from both ends', '{ threads(first: 1, last: 1) { totalCount } }', 'BAD_USER_INPUT', 'last'],
    ['a cursor that is none', '{ threads(after: "nonsense") { totalCount } }', 'BAD_USER_INPUT', 'after'],
    ['a page of no messages', messages('last: 0'), 'BAD_USER_INPUT', 'last'],
    ['a page of 101 messages', messages('first: 101'), 'BAD_USER_INPUT', 'first'],
    ['a message cursor that is none', messages('before: "bm9wZQ"'), 'BAD_USER_INPUT', 'before'],
    ['an empty query', search('query: ""'), 'BAD_USER_INPUT', 'query'],
    ['a blank query', search('query: " \\n "'), 'BAD_USER_INPUT', 'query'],
    ['a query of 1,001 characters', search(`query: "${'x'.repeat(1_001)}"`), 'LIMIT_EXCEEDED', 'query'],
    ['a search for no hits', search('query: "x", first: 0'), 'BAD_USER_INPUT', 'first'],
    ['a search for 101 hits', search('query: "x", first: 101'), 'BAD_USER_INPUT', 'first'],
    ['a search cursor that is none', search('query: "x", after: "nonsense"'), 'BAD_USER_INPUT', 'after'],
    ['a score above 1', search('query: "x", minScore: 1.5'), 'BAD_USER_INPUT', 'minScore'],
    [
      'a filter by an id that is none',
      search('query: "x", filter: { threadIds: ["a"] }'),
      'BAD_USER_INPUT',
      'filter.threadIds',
    ],
    ['a moment that is none', search('query: "x", filter: { createdAt: { from: "soon" } }'), 'BAD_USER_INPUT'],
    ['a field that does not exist', '{ thread(id: "x") { colour } }', 'BAD_USER_INPUT'],
    ['a query that does not parse', '{ thread(', 'BAD_USER_INPUT'],
    ['101 nodes', `{ nodes(ids: [${'"a",'.repeat(101)}]) { id } }`, 'LIMIT_EXCEEDED', 'ids'],
  ];
  for (const [what, query, code, field] of queries) {
    it(`${what} is refused with ${code}`, async () => {
      assertRefused(await skein.ask(query, { id: threadId }), code, field);
    });
  }

  const pairs = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, at) => [`key${String(at)}`, 'v']));
  const threads: readonly [what: string, input: object, code: string, field?: string][] = [
    ['17 metadata pairs', { metadata: pairs(17) }, 'LIMIT_EXCEEDED', 'input.metadata'],
    ['a metadata key of 65 characters', { metadata: { ['k'.repeat(65)]: 'v' } }, 'LIMIT_EXCEEDED'],
    ['a metadata value of 513 characters', { metadata: { k: 'v'.repeat(513) } }, 'LIMIT_EXCEEDED'],
    ['a metadata value that is no string', { metadata: { k: 1 } }, 'BAD_USER_INPUT', 'input.metadata'],
    ['a title of 513 characters', { title: 't'.repeat(513) }, 'LIMIT_EXCEEDED', 'input.title'],
    ['an empty idempotency key', { idempotencyKey: '' }, 'BAD_USER_INPUT', 'input.idempotencyKey'],
  ];
  for (const [what, input, code, field] of threads) {
    it(`a thread with ${what} is refused with ${code}, and nothing is written`, async () => {
      assertRefused(await skein.ask(CREATE, { input }), code, field);
      await assertNothingWritten();
    });
  }

  const good = { role: 'USER', content: 'Fine.' };
  const appends: readonly [what: string, messages: readonly object[], code: string, field?: string][] = [
    ['no messages', [], 'BAD_USER_INPUT', 'input.messages'],
    ['101 messages', Array.from({ length: 101 }, () => good), 'LIMIT_EXCEEDED', 'input.messages'],
    [
      'content of over 1 MB',
      [good, { role: 'USER', content: 'ä'.repeat(524_289) }],
      'LIMIT_EXCEEDED',
      'input.messages.1.content',
    ],
    ['17 metadata pairs', [{ ...good, metadata: pairs(17) }], 'LIMIT_EXCEEDED', 'input.messages.0.metadata'],
    ['a role that is none', [good, { role: 'ROBOT', content: 'x' }], 'BAD_USER_INPUT', 'input.messages.1.role'],
    ['tool calls of a user', [{ ...good, toolCalls: [{ id: '1', name: 'f' }] }], 'BAD_USER_INPUT'],
    ['negative usage', [{ ...good, usage: { inputTokens: -1, outputTokens: 0 } }], 'BAD_USER_INPUT'],
  ];
  for (const [what, list, code, field] of appends) {
    it(`an append with ${what} is refused whole with ${code}`, async () => {
      assertRefused(await skein.ask(APPEND, { input: { threadId, messages: list } }), code, field);
      await assertNothingWritten();
    });
  }

  it('a message that says nothing is not sent', async () => {
    assertRefused(await skein.ask(SEND, { input: { threadId, content: ' ' } }), 'BAD_USER_INPUT', 'input.content');
    await assertNothingWritten();
  });

  it('a query for too many objects at once is refused, and says how many it may ask for', async () => {
    const deep = `{ threads(first: 100) { edges { node { messages(first: 100) { edges { node { neighbours(before: 20, after: 20) { id } } } } } } } }`;
    const answer = await skein.ask(deep);
    assertRefused(answer, 'LIMIT_EXCEEDED');
    assert.match(answer.errors?.[0]?.message ?? '', /at most 20000/);
  });

  const post = (body: string, headers?: Record<string, string>) => postBody(skein.url, body, headers);

  it('a body that does not parse is refused, and says what a request looks like', async () => {
    const { status, answer } = await post('{"query": ');
    assert.equal(status, 400);
    assertRefused(answer, 'BAD_USER_INPUT');
    assert.match(answer.errors?.[0]?.message ?? '', /\{"query": "\{ viewer \{ id \} \}"\}/);
  });

  it('a body without a query is refused', async () => {
    assertRefused((await post('{}')).answer, 'BAD_USER_INPUT');
  });

  it('a body of another type is refused', async () => {
    const { status, answer } = await post('query=1', { 'content-type': 'application/x-www-form-urlencoded' });
    assert.equal(status, 415);
    assertRefused(answer, 'BAD_USER_INPUT');
  });

  it('a body that is too large is refused, and says how large one may be', async () => {
    const { status, answer } = await post(JSON.stringify({ query: 'x'.repeat(34_000_000) }));
    assert.equal(status, 413);
    assertRefused(answer, 'LIMIT_EXCEEDED');
  });

  it('a large body is read like a small one: broken, forbidden and good ones', async () => {
    const filler = 'ä'.repeat(1_500_000);
    const broken = await post(`{"query": "${filler}", `);
    assert.equal(broken.status, 400);
    assertRefused(broken.answer, 'BAD_USER_INPUT');
    const forbidden = await post(`{"query": "{ viewer { id } }", "variables": {"a": "${filler}", "__proto__": {}}}`);
    assert.equal(forbidden.status, 400);
    assertRefused(forbidden.answer, 'BAD_USER_INPUT');
    const query = 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }';
    const good = await post(JSON.stringify({ query, variables: { ids: [filler, 'x'] } }));
    assert.deepEqual(good.answer.data, { nodes: [null, null] });
  });

  it('a role that does not exist is refused', async () => {
    assertRefused(await skein.ask('{ viewer { id } }', {}, { roles: 'emperor' }), 'UNAUTHENTICATED');
  });

  it('a web page of another origin is refused', async () => {
    const { status, answer } = await post('{"query":"{ viewer { id } }"}', { origin: 'https://evil.example' });
    assert.equal(status, 403);
    assertRefused(answer, 'FORBIDDEN');
  });

  it('a name that only resolves to this machine is refused', async () => {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      request(`${skein.origin}/healthz`, { headers: { host: 'evil.example' } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });
    assert.equal(status, 403);
  });

  it('the server still answers after all of it', async () => {
    await assertNothingWritten();
    assert.equal((await fetch(`${skein.origin}/healthz`)).status, 200);
    assert.equal((await fetch(`${skein.origin}/readyz`)).status, 200);
  });
});
