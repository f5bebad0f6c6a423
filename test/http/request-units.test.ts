import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Log } from '../../src/core/log.ts';
import { startCosmosEmulator } from '../support/cosmos/emulator.ts';
import { saying, scriptedChat } from '../support/scripted-chat.ts';
import { silentLog } from '../support/silent-log.ts';
import { APPEND, SEND, startSkein, threadWith } from '../support/skein.ts';
import { connectSocket } from '../support/socket-client.ts';

const PAGE = `query ($id: ID!) { thread(id: $id) { title messages(first: 50) { edges { node { seq content } } } } }`;
const LAST = `{ threads(first: 20) { edges { node { title messages(last: 1) { edges { node { content } } } } } } }`;
const SEARCH = `{ searchMessages(query: "kayak", mode: KEYWORD) { edges { node { message { content thread { title } } } } } }`;

type Cost = { readonly storageRequests: number; readonly requestUnits: number };

it('what Cosmos DB charges for a request is in extensions.cost and in the log, over HTTP and over a WebSocket', async () => {
  const logged: unknown[] = [];
  const background = new Map<unknown, number>();
  const log: Log = {
    ...silentLog,
    debug(fields: { cost?: Cost; work?: string }) {
      if (fields.cost === undefined) return;
      if (fields.work === undefined) logged.push(fields.cost);
      else background.set(fields.work, (background.get(fields.work) ?? 0) + fields.cost.requestUnits);
    },
  };
  await using emulator = await startCosmosEmulator();
  const env = { COSMOS_ENDPOINT: emulator.endpoint, COSMOS_KEY: emulator.key };
  await using skein = await startSkein({ env, log, chat: scriptedChat(() => saying('Noted.')) });
  const id = await threadWith(skein, ['a kayak', 'a lake'], { title: 'Trips' });
  await threadWith(skein, ['a hill'], { title: 'Walks' });
  await skein.indexed();

  const costOf = async (query: string, variables: object = {}): Promise<Cost> => {
    const { errors, extensions } = await skein.ask(query, variables);
    assert.equal(errors, undefined);
    assert.ok(extensions);
    assert.deepEqual(logged.at(-1), extensions.cost);
    return extensions.cost;
  };
  // These write nothing: nobody else asks the emulator meanwhile.
  for (const [query, requests] of [
    [PAGE, 2],
    [LAST, 2],
  ] as const) {
    emulator.forgetRequests();
    const cost = await costOf(query, { id });
    assert.equal(cost.storageRequests, requests, query);
    const charged = emulator.requests.reduce((sum, { charge }) => sum + charge, 0);
    assert.ok(charged > 0 && Math.abs(cost.requestUnits - charged) < 0.01, query);
  }
  assert.ok((await costOf(SEARCH)).requestUnits > 0);
  const messages = [{ role: 'USER', content: 'a paddle' }];
  assert.equal((await costOf(APPEND, { input: { threadId: id, messages } })).storageRequests, 2);
  await skein.indexed();
  const send = await costOf(SEND, { input: { threadId: id, content: 'Where is it?' } });
  assert.equal(send.storageRequests, 5);
  assert.ok(send.requestUnits > 5);

  await skein.indexed();
  await using socket = connectSocket(skein.url);
  const { extensions } = await socket.ask(PAGE, { id });
  assert.ok(extensions && extensions.cost.requestUnits > 0);
  assert.deepEqual(logged.at(-1), extensions.cost);

  // And so is what no request has asked for.
  for (const work of ['storing vectors', 'sweeping']) assert.ok((background.get(work) ?? 0) > 0, work);
});
