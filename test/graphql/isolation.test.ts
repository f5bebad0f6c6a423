import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { textAt, valueAt, type Answer } from '../support/answer.ts';
import { APPEND, SEND, startSkein, threadWith, type TestSkein, type Who } from '../support/skein.ts';

const ADA: Who = { user: 'ada', tenant: 'acme' };
const STRANGERS: readonly [what: string, who: Who][] = [
  ['another user of the tenant', { user: 'bob', tenant: 'acme' }],
  ['the same user name in another tenant', { user: 'ada', tenant: 'rival' }],
  ['an analyst of another tenant', { user: 'eve', tenant: 'rival', roles: 'analyst' }],
  ['an admin of another tenant', { user: 'eve', tenant: 'rival', roles: 'admin' }],
];

describe('what belongs to someone else', () => {
  let skein: TestSkein;
  let threadId: string;
  let messageId: string;
  before(async () => {
    skein = await startSkein();
    threadId = await threadWith(skein, ['The vault code is in the blue book.'], { who: ADA, title: 'Vault' });
    const { data } = await skein.ask(
      `query ($id: ID!) { thread(id: $id) { messages { edges { node { id } } } } }`,
      { id: threadId },
      ADA,
    );
    messageId = textAt(data, 'thread.messages.edges.0.node.id');
    await skein.indexed();
  });
  after(() => skein[Symbol.asyncDispose]());

  const refused = (answer: Answer, code: string) => {
    assert.equal(answer.errors?.[0]?.extensions.code, code, JSON.stringify(answer));
  };

  for (const [what, who] of STRANGERS) {
    it(`is not there for ${what}`, async () => {
      refused(await skein.ask(`query ($id: ID!) { thread(id: $id) { title } }`, { id: threadId }, who), 'NOT_FOUND');
      refused(await skein.ask(`query ($id: ID!) { node(id: $id) { id } }`, { id: messageId }, who), 'NOT_FOUND');
      const { data } = await skein.ask(
        `query ($thread: ID!, $message: ID!) {
          nodes(ids: [$thread, $message]) { id }
          threads { totalCount }
          owned: threads(filter: { ownerIds: ["ada"] }) { totalCount }
          words: searchMessages(query: "vault code", mode: KEYWORD) { totalCount }
          meaning: searchMessages(query: "where is the secret number", mode: MEANING) { totalCount }
          named: searchMessages(query: "vault", filter: { threadIds: [$thread], ownerIds: ["ada"] }) { totalCount }
          found: searchThreads(query: "vault") { totalCount }
          viewer { pendingIndexing }
        }`,
        { thread: threadId, message: messageId },
        who,
      );
      const none = { totalCount: 0 };
      assert.deepEqual(data, {
        nodes: [null, null],
        threads: none,
        owned: none,
        words: none,
        meaning: none,
        named: none,
        found: none,
        viewer: { pendingIndexing: 0 },
      });
    });

    it(`is not changed by ${what}`, async () => {
      const messages = [{ role: 'USER', content: 'Mine now.' }];
      const update = `mutation ($id: ID!) { updateThread(input: { id: $id, title: "Mine" }) { thread { id } } }`;
      const code = 'NOT_FOUND';
      refused(await skein.ask(APPEND, { input: { threadId, messages } }, who), who.roles ? 'FORBIDDEN' : code);
      refused(await skein.ask(SEND, { input: { threadId, content: 'Hi.' } }, who), who.roles ? 'FORBIDDEN' : code);
      refused(await skein.ask(update, { id: threadId }, who), who.roles === 'analyst' ? 'FORBIDDEN' : code);
      const { data } = await skein.ask(
        `query ($id: ID!) { thread(id: $id) { title messageCount } }`,
        { id: threadId },
        ADA,
      );
      assert.deepEqual(data, { thread: { title: 'Vault', messageCount: 1 } });
    });
  }

  it('is read and found by an analyst of the tenant, who may not change it', async () => {
    const analyst = { user: 'ann', tenant: 'acme', roles: 'analyst' };
    const { data } = await skein.ask(
      `query ($id: ID!) {
        thread(id: $id) { ownerId messages { edges { node { content } } } }
        words: searchMessages(query: "vault code", filter: { ownerIds: ["ada"] }) { edges { node { message { id } } } }
        others: searchMessages(query: "vault code", filter: { ownerIds: ["bob"] }) { totalCount }
      }`,
      { id: threadId },
      analyst,
    );
    assert.equal(valueAt(data, 'thread.ownerId'), 'ada');
    assert.equal(valueAt(data, 'words.edges.0.node.message.id'), messageId);
    assert.equal(valueAt(data, 'others.totalCount'), 0);
    const remove = `mutation ($id: ID!) { deleteThread(id: $id) { deletedId } }`;
    refused(await skein.ask(remove, { id: threadId }, analyst), 'FORBIDDEN');
    refused(await skein.ask(SEND, { input: { threadId, content: 'Hi.' } }, analyst), 'FORBIDDEN');
  });

  it('is deleted by an admin of the tenant', async () => {
    const id = await threadWith(skein, ['To be removed.'], { who: ADA });
    const remove = `mutation ($id: ID!) { deleteThread(id: $id) { deletedId } }`;
    const { data } = await skein.ask(remove, { id }, { user: 'root', tenant: 'acme', roles: 'admin' });
    assert.deepEqual(data, { deleteThread: { deletedId: id } });
  });
});
