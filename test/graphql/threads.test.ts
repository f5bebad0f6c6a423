import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { valueAt, valuesAt, type Answer } from '../support/answer.ts';
import { APPEND, CREATE, startSkein, threadWith, type TestSkein } from '../support/skein.ts';

const LIST = `query ($filter: ThreadFilter, $orderBy: ThreadOrder, $first: Int, $after: String, $last: Int, $before: String) {
  threads(filter: $filter, orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {
    totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node { id title } }
  }
}`;
const UPDATE = `mutation ($input: UpdateThreadInput!) {
  updateThread(input: $input) { thread { title status metadata version expiresAt } }
}`;

describe('threads over GraphQL', () => {
  let skein: TestSkein;
  before(async () => {
    skein = await startSkein();
  });
  after(() => skein[Symbol.asyncDispose]());

  const titles = ({ data }: Answer) => valuesAt(data, 'threads.edges.*.node.title');

  it('gives a thread back as it was opened', async () => {
    const input = { title: 'Lisbon', agent: 'travel', instructions: 'Be brief.', metadata: { topic: 'travel' } };
    const { data } = await skein.ask(CREATE, { input });
    const read = await skein.ask(
      `query ($id: ID!) { thread(id: $id) {
        ownerId title agent instructions status metadata version messageCount lastMessageAt expiresAt
        usage { inputTokens outputTokens } } }`,
      { id: valueAt(data, 'createThread.thread.id') },
    );
    assert.deepEqual(valueAt(read.data, 'thread'), {
      ...input,
      ownerId: 'local',
      status: 'ACTIVE',
      version: 1,
      messageCount: 0,
      lastMessageAt: null,
      expiresAt: null,
      usage: { inputTokens: 0, outputTokens: 0 },
    });
  });

  it('gives the same thread for an idempotency key seen before', async () => {
    const first = await skein.ask(CREATE, { input: { title: 'One', idempotencyKey: 'k' } });
    const second = await skein.ask(CREATE, { input: { title: 'Two', idempotencyKey: 'k' } });
    assert.deepEqual(second.data, first.data);
  });

  it('changes what is given, leaves what is left out, clears what is null', async () => {
    const id = await threadWith(skein, [], { title: 'Draft' });
    const archived = await skein.ask(UPDATE, { input: { id, status: 'ARCHIVED', metadata: { a: 'b' } } });
    assert.deepEqual(valueAt(archived.data, 'updateThread.thread'), {
      title: 'Draft',
      status: 'ARCHIVED',
      metadata: { a: 'b' },
      version: 2,
      expiresAt: null,
    });
    const cleared = await skein.ask(UPDATE, { input: { id, title: null } });
    assert.equal(valueAt(cleared.data, 'updateThread.thread.title'), null);
    assert.deepEqual(valueAt(cleared.data, 'updateThread.thread.metadata'), { a: 'b' });
  });

  it('refuses a change of a stale version with CONFLICT, and changes nothing', async () => {
    const id = await threadWith(skein, [], { title: 'First' });
    await skein.ask(UPDATE, { input: { id, title: 'Second', ifVersion: 1 } });
    const stale = await skein.ask(UPDATE, { input: { id, title: 'Third', ifVersion: 1 } });
    assert.equal(stale.errors?.[0]?.extensions.code, 'CONFLICT');
    const read = await skein.ask(`query ($id: ID!) { thread(id: $id) { title version } }`, { id });
    assert.deepEqual(read.data, { thread: { title: 'Second', version: 2 } });
  });

  it('deletes a thread with its messages, for every read', async () => {
    const id = await threadWith(skein, ['The heron is a wading bird.']);
    const messages = await skein.ask(`query ($id: ID!) { thread(id: $id) { messages { edges { node { id } } } } }`, {
      id,
    });
    const messageId = valueAt(messages.data, 'thread.messages.edges.0.node.id');
    const deleted = await skein.ask(`mutation ($id: ID!) { deleteThread(id: $id) { deletedId } }`, { id });
    assert.deepEqual(deleted.data, { deleteThread: { deletedId: id } });
    for (const gone of [id, messageId]) {
      const read = await skein.ask(`query ($id: ID!) { node(id: $id) { id } }`, { id: gone });
      assert.equal(read.errors?.[0]?.extensions.code, 'NOT_FOUND');
    }
    const found = await skein.ask(`{ searchMessages(query: "heron wading", mode: KEYWORD) { totalCount } }`);
    assert.deepEqual(found.data, { searchMessages: { totalCount: 0 } });
    const again = await skein.ask(`mutation ($id: ID!) { deleteThread(id: $id) { deletedId } }`, { id });
    assert.equal(again.errors?.[0]?.extensions.code, 'NOT_FOUND');
  });

  it('hides a thread from every read at the moment it expires', async () => {
    const id = await threadWith(skein, ['A pangolin rolls up.']);
    await skein.ask(UPDATE, { input: { id, expiresAt: '2020-01-01' } });
    const read = await skein.ask(`query ($id: ID!) { thread(id: $id) { id } }`, { id });
    assert.equal(read.errors?.[0]?.extensions.code, 'NOT_FOUND');
    const found = await skein.ask(`{ searchMessages(query: "pangolin") { totalCount } }`);
    assert.deepEqual(found.data, { searchMessages: { totalCount: 0 } });
    const append = await skein.ask(APPEND, {
      input: { threadId: id, messages: [{ role: 'USER', content: 'Hello?' }] },
    });
    assert.equal(append.errors?.[0]?.extensions.code, 'NOT_FOUND');
  });

  describe('in lists', () => {
    const who = { user: 'lister' };
    before(async () => {
      for (const title of ['a', 'b', 'c', 'd', 'e']) await threadWith(skein, [`About ${title}.`], { title, who });
    });

    it('come with the latest message first, and page both ways', async () => {
      const first = await skein.ask(LIST, { first: 2 }, who);
      assert.deepEqual(titles(first), ['e', 'd']);
      assert.equal(valueAt(first.data, 'threads.totalCount'), 5);
      assert.equal(valueAt(first.data, 'threads.pageInfo.hasNextPage'), true);
      assert.equal(valueAt(first.data, 'threads.pageInfo.hasPreviousPage'), false);
      const second = await skein.ask(LIST, { first: 2, after: valueAt(first.data, 'threads.pageInfo.endCursor') }, who);
      assert.deepEqual(titles(second), ['c', 'b']);
      const back = await skein.ask(
        LIST,
        { last: 1, before: valueAt(second.data, 'threads.pageInfo.startCursor') },
        who,
      );
      assert.deepEqual(titles(back), ['d']);
      assert.equal(valueAt(back.data, 'threads.pageInfo.hasPreviousPage'), true);
      const last = await skein.ask(LIST, { last: 2 }, who);
      assert.deepEqual(titles(last), ['b', 'a']);
    });

    it('come in the order asked for', async () => {
      const answer = await skein.ask(LIST, { orderBy: { field: 'CREATED_AT', direction: 'ASC' } }, who);
      assert.deepEqual(titles(answer), ['a', 'b', 'c', 'd', 'e']);
      const partly = await skein.ask(LIST, { orderBy: { field: 'CREATED_AT' }, first: 1 }, who);
      assert.deepEqual(titles(partly), ['e']);
    });

    it('refuse a cursor of another order', async () => {
      const { data } = await skein.ask(LIST, { first: 1 }, who);
      const orderBy = { field: 'CREATED_AT', direction: 'ASC' };
      const answer = await skein.ask(
        LIST,
        { first: 1, after: valueAt(data, 'threads.pageInfo.endCursor'), orderBy },
        who,
      );
      assert.equal(answer.errors?.[0]?.extensions.code, 'BAD_USER_INPUT');
      assert.equal(answer.errors[0].extensions.field, 'after');
    });

    it('are filtered before they are cut', async () => {
      const { data } = await skein.ask(LIST, {}, who);
      const id = valueAt(data, 'threads.edges.4.node.id');
      await skein.ask(UPDATE, { input: { id, status: 'ARCHIVED', metadata: { shelf: 'top' } } }, who);
      const archived = await skein.ask(LIST, { filter: { statuses: ['ARCHIVED'] }, first: 1 }, who);
      assert.deepEqual(titles(archived), ['a']);
      const shelved = await skein.ask(LIST, { filter: { metadata: { shelf: 'top' } } }, who);
      assert.deepEqual(titles(shelved), ['a']);
      assert.equal(valueAt(shelved.data, 'threads.totalCount'), 1);
    });
  });
});
