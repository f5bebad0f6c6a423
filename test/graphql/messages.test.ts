import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { valueAt, valuesAt, type Answer } from '../support/answer.ts';
import { APPEND, startSkein, threadWith, type TestSkein } from '../support/skein.ts';

describe('messages over GraphQL', () => {
  let skein: TestSkein;
  before(async () => {
    skein = await startSkein();
  });
  after(() => skein[Symbol.asyncDispose]());

  it('keep history as it was when they are appended', async () => {
    const threadId = await threadWith(skein, []);
    const message = {
      role: 'ASSISTANT',
      author: 'planner',
      content: 'Let me look.',
      toolCalls: [{ id: 'call-1', name: 'weather', arguments: '{"city":"Porto"}' }],
      toolCallId: null,
      model: 'some-model',
      usage: { inputTokens: 12, outputTokens: 5 },
      metadata: { source: 'import' },
      createdAt: '2024-02-29T23:59:59.999+01:00',
    };
    await skein.ask(APPEND, { input: { threadId, messages: [message] } });
    const { data } = await skein.ask(
      `query ($id: ID!) { thread(id: $id) { usage { inputTokens outputTokens } lastMessageAt messages { edges { node {
        seq role author content toolCalls { id name arguments } toolCallId model usage { inputTokens outputTokens }
        metadata createdAt status finishReason latencyMs recalled { id } failure { code } thread { id } } } } } }`,
      { id: threadId },
    );
    const createdAt = '2024-02-29T22:59:59.999Z';
    assert.deepEqual(valueAt(data, 'thread.messages.edges.0.node'), {
      ...message,
      seq: 1,
      createdAt,
      status: 'COMPLETE',
      finishReason: null,
      latencyMs: null,
      recalled: [],
      failure: null,
      thread: { id: threadId },
    });
    assert.deepEqual(valueAt(data, 'thread.usage'), message.usage);
  });

  it('are stored once for an idempotency key, whatever else comes with it', async () => {
    const threadId = await threadWith(skein, []);
    const message = (key: string) => ({ role: 'USER', content: `Message ${key}`, idempotencyKey: key });
    const first = await skein.ask(APPEND, { input: { threadId, messages: [message('a'), message('b')] } });
    const second = await skein.ask(APPEND, { input: { threadId, messages: [message('b'), message('c')] } });
    assert.equal(
      valueAt(second.data, 'appendMessages.messages.0.id'),
      valueAt(first.data, 'appendMessages.messages.1.id'),
    );
    assert.deepEqual(valuesAt(second.data, 'appendMessages.messages.*.seq'), [2, 3]);
    assert.equal(valueAt(second.data, 'appendMessages.thread.messageCount'), 3);
  });

  it('page both ways by seq, and cursors stay where they were while messages arrive', async () => {
    const id = await threadWith(skein, ['one', 'two', 'three', 'four', 'five']);
    const page = `query ($id: ID!, $first: Int, $after: String, $last: Int, $before: String) { thread(id: $id) {
      messages(first: $first, after: $after, last: $last, before: $before) {
        totalCount pageInfo { hasNextPage hasPreviousPage endCursor startCursor } edges { node { content } } } } }`;
    const contents = ({ data }: Answer) => valuesAt(data, 'thread.messages.edges.*.node.content');
    const first = await skein.ask(page, { id, first: 2 });
    assert.deepEqual(contents(first), ['one', 'two']);
    await skein.ask(APPEND, { input: { threadId: id, messages: [{ role: 'USER', content: 'six' }] } });
    const rest = await skein.ask(page, {
      id,
      first: 100,
      after: valueAt(first.data, 'thread.messages.pageInfo.endCursor'),
    });
    assert.deepEqual(contents(rest), ['three', 'four', 'five', 'six']);
    assert.equal(valueAt(rest.data, 'thread.messages.pageInfo.hasNextPage'), false);
    assert.equal(valueAt(rest.data, 'thread.messages.totalCount'), 6);
    const last = await skein.ask(page, { id, last: 2 });
    assert.deepEqual(contents(last), ['five', 'six']);
    assert.equal(valueAt(last.data, 'thread.messages.pageInfo.hasPreviousPage'), true);
    const earlier = await skein.ask(page, {
      id,
      last: 1,
      before: valueAt(last.data, 'thread.messages.pageInfo.startCursor'),
    });
    assert.deepEqual(contents(earlier), ['four']);
  });

  it('of 50 threads in one query are one batched read', async () => {
    const who = { user: 'batcher' };
    for (let at = 0; at < 50; at += 1) await threadWith(skein, [`Question ${String(at)}`, 'Answer'], { who });
    const { data, extensions } = await skein.ask(
      `{ threads(first: 50) { edges { node { id messages(last: 1) { edges { node { content thread { id } } } } } } } }`,
      {},
      who,
    );
    const threads = valuesAt(data, 'threads.edges.*.node');
    assert.equal(threads.length, 50);
    for (const thread of threads) {
      assert.equal(valueAt(thread, 'messages.edges.0.node.content'), 'Answer');
      assert.equal(valueAt(thread, 'messages.edges.0.node.thread.id'), valueAt(thread, 'id'));
    }
    assert.equal(extensions?.cost.storageRequests, 2, 'one read for the threads, one for the messages of all');
  });

  it('have neighbours in their thread, fewer at its ends', async () => {
    const id = await threadWith(skein, ['one', 'two', 'three']);
    const { data } = await skein.ask(
      `query ($id: ID!) { thread(id: $id) { messages { edges { node {
        neighbours { content } before: neighbours(before: 5, after: 0) { content } } } } } }`,
      { id },
    );
    const [first, second, third] = valuesAt(data, 'thread.messages.edges.*.node');
    assert.deepEqual(first, { neighbours: [{ content: 'two' }], before: [] });
    assert.deepEqual(second, { neighbours: [{ content: 'one' }, { content: 'three' }], before: [{ content: 'one' }] });
    assert.deepEqual(third, { neighbours: [{ content: 'two' }], before: [{ content: 'one' }, { content: 'two' }] });
  });

  it('are read by their id, in the order asked, null where there is none', async () => {
    const id = await threadWith(skein, ['only']);
    const { data } = await skein.ask(`query ($id: ID!) { thread(id: $id) { messages { edges { node { id } } } } }`, {
      id,
    });
    const messageId = valueAt(data, 'thread.messages.edges.0.node.id');
    const nodes = await skein.ask(
      `query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id ... on Message { content } } }`,
      { ids: [messageId, 'nonsense', id] },
    );
    assert.deepEqual(nodes.data, {
      nodes: [{ __typename: 'Message', id: messageId, content: 'only' }, null, { __typename: 'Thread', id }],
    });
  });

  it('that are deleted leave no word behind, and the others keep their seq', async () => {
    const who = { user: 'deleter' };
    const id = await threadWith(skein, ['The first.', 'The axolotl regrows its limbs.', 'The third.'], { who });
    const list = `query ($id: ID!) { thread(id: $id) { messageCount messages { edges { node { id seq } } } } }`;
    const { data } = await skein.ask(list, { id }, who);
    await skein.ask(
      `mutation ($id: ID!) { deleteMessage(id: $id) { deletedId } }`,
      { id: valueAt(data, 'thread.messages.edges.1.node.id') },
      who,
    );
    const left = await skein.ask(list, { id }, who);
    assert.equal(valueAt(left.data, 'thread.messageCount'), 2);
    assert.deepEqual(valuesAt(left.data, 'thread.messages.edges.*.node.seq'), [1, 3]);
    const found = await skein.ask(`{ searchMessages(query: "axolotl limbs", mode: KEYWORD) { totalCount } }`, {}, who);
    assert.deepEqual(found.data, { searchMessages: { totalCount: 0 } }, 'not through its neighbours either');
  });

  it('cost what extensions.cost says', async () => {
    const { extensions } = await skein.ask('{ viewer { pendingIndexing } }');
    assert.deepEqual(Object.keys(extensions?.cost ?? {}).toSorted(), [
      'inputTokens',
      'milliseconds',
      'outputTokens',
      'requestUnits',
      'rowsRead',
      'storageRequests',
    ]);
    assert.equal(extensions?.cost.storageRequests, 1);
  });
});
