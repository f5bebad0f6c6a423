import assert from 'node:assert/strict';
import { it } from 'node:test';
import { z } from 'zod';
import { startCosmosEmulator } from '../support/cosmos/emulator.ts';
import { textAt, valueAt, valuesAt } from '../support/answer.ts';
import { eventually } from '../support/eventually.ts';
import { saying, scriptedChat } from '../support/scripted-chat.ts';
import { startSkein, threadWith, type TestSkein } from '../support/skein.ts';

const MESSAGE = 'id seq content';
const APPEND = `mutation ($input: AppendMessagesInput!) { appendMessages(input: $input) { messages { ${MESSAGE} } } }`;
const SEND = `mutation ($input: SendMessageInput!) {
  sendMessage(input: $input) { userMessage { ${MESSAGE} } reply { ${MESSAGE} status } } }`;
const PAGE = `query ($id: ID!, $after: String) {
  thread(id: $id) { messageCount messages(first: 100, after: $after) {
    edges { node { ${MESSAGE} } } pageInfo { hasNextPage endCursor } } } }`;
const SEARCH = `query ($query: String!) {
  searchMessages(query: $query, first: 5) { edges { node { message { id content } } } } }`;

type Stored = z.infer<typeof storedMessage>;

const storedMessage = z.object({ id: z.string(), seq: z.number(), content: z.string() });
const storedMessages = z.array(storedMessage);

/** One client's writes to a thread of its own, one after the other; each is repeated until it is acknowledged. */
type Client = { readonly threadId: string; readonly told: Stored[] };

const writes = {
  append: (threadId: string, name: string) => ({
    query: APPEND,
    input: { threadId, messages: [{ role: 'USER', content: `The word is ${name}.`, idempotencyKey: name }] },
  }),
  send: (threadId: string, name: string) => ({
    query: SEND,
    input: { threadId, content: `The word is ${name}.`, idempotencyKey: name },
  }),
};

/** Whether a write was acknowledged. It may only be refused as UNAVAILABLE. */
async function write(skein: TestSkein, client: Client, kind: keyof typeof writes, name: string): Promise<boolean> {
  const { query, input } = writes[kind](client.threadId, name);
  const answer = await skein.ask(query, { input });
  if (answer.errors) {
    for (const { message, extensions } of answer.errors) {
      assert.equal(extensions.code, 'UNAVAILABLE', message);
      assert.ok((extensions.retryAfterMs ?? 0) > 0, 'it says when to try again');
    }
    return false;
  }
  client.told.push(
    ...storedMessages.parse(
      kind === 'append'
        ? valueAt(answer.data, 'appendMessages.messages')
        : [valueAt(answer.data, 'sendMessage.userMessage'), valueAt(answer.data, 'sendMessage.reply')],
    ),
  );
  return true;
}

async function allMessages(skein: TestSkein, id: string): Promise<Stored[]> {
  const stored: Stored[] = [];
  for (let after: string | null = null; ;) {
    const { data } = await skein.ask(PAGE, { id, after });
    stored.push(...storedMessages.parse(valuesAt(data, 'thread.messages.edges.*.node')));
    if (valueAt(data, 'thread.messages.pageInfo.hasNextPage') === false) {
      assert.equal(valueAt(data, 'thread.messageCount'), stored.length);
      return stored;
    }
    after = textAt(data, 'thread.messages.pageInfo.endCursor');
  }
}

it('losing the write region under a load loses nothing acknowledged: reads go on, writes wait for the new region', async () => {
  await using emulator = await startCosmosEmulator({ regions: ['East US', 'West Europe'] });
  const env = { COSMOS_ENDPOINT: emulator.endpoint, COSMOS_KEY: emulator.key };
  await using skein = await startSkein({ env, chat: scriptedChat(() => saying('Noted.')) });
  const aClient = async (): Promise<Client> => ({ threadId: await threadWith(skein, []), told: [] });
  const load = { isOver: false, searches: 0 };

  async function keepWriting(client: Client, kind: keyof typeof writes, prefix: string): Promise<void> {
    for (let count = 1; !load.isOver; count += 1) {
      // The last one is acknowledged, too: nothing is left half known.
      while (!(await write(skein, client, kind, `${prefix}${count}`)));
    }
  }
  async function keepSearching(): Promise<void> {
    while (!load.isOver) {
      const { data, errors } = await skein.ask(SEARCH, { query: 'which word is it?' });
      assert.equal(errors, undefined);
      load.searches += valueAt(data, 'searchMessages.edges.length') === 0 ? 0 : 1;
    }
  }
  const clients = await Promise.all(Array.from({ length: 6 }, aClient));
  const [idle, alsoIdle] = await Promise.all([aClient(), aClient()]);
  const underWay = Promise.all([
    ...clients.map((client, at) => keepWriting(client, at < 4 ? 'append' : 'send', `zq${at}x`)),
    keepSearching(),
    keepSearching(),
  ]);
  const eachHasTold = (more: number) => {
    const before = clients.map(({ told }) => told.length);
    return () => clients.every(({ told }, at) => told.length >= (before[at] ?? 0) + more) || null;
  };
  await eventually('acknowledged writes of every client, and searches', () =>
    load.searches > 2 ? eachHasTold(0)() && (clients.every(({ told }) => told.length > 4) || null) : null,
  );

  await emulator.killRegion('East US');
  const searched = load.searches;
  const { threadId = '' } = clients[0] ?? {};
  const toldBefore = clients[0]?.told.slice() ?? [];
  const reading = allMessages(skein, threadId);
  await eventually('searches that the other region answers', () => (load.searches >= searched + 4 ? true : null), 3);
  const readThen = new Set((await reading).map(({ id }) => id));
  for (const { id } of toldBefore) assert.ok(readThen.has(id), 'what was acknowledged is read from the other region');

  const writeIdly = () =>
    Promise.all([write(skein, idle, 'append', 'zqappend'), write(skein, alsoIdle, 'send', 'zqsend')]);
  assert.deepEqual(await writeIdly(), [false, false]);

  await emulator.failOver('West Europe');
  await eventually('acknowledged writes of every client in the other region', eachHasTold(4));
  assert.deepEqual(await writeIdly(), [true, true]);
  load.isOver = true;
  await underWay;

  for (const client of [...clients, idle, alsoIdle]) {
    const stored = await allMessages(skein, client.threadId);
    assert.deepEqual(
      stored.map(({ id, content }) => ({ id, content })),
      client.told.map(({ id, content }) => ({ id, content })),
      'what is stored is what was acknowledged, in that order, once',
    );
    assert.deepEqual(
      stored.map(({ seq }) => seq),
      stored.map((_, at) => at + 1),
    );
    const last = client.told.findLast(({ content }) => content.startsWith('The word'));
    const query = `"${last?.content.replace('.', '') ?? ''}"`;
    const { data } = await skein.ask(SEARCH, { query });
    assert.equal(valuesAt(data, 'searchMessages.edges.*.node.message.id')[0], last?.id);
  }
});
