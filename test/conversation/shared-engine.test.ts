import assert from 'node:assert/strict';
import { it } from 'node:test';
import { valueAt, valuesAt } from '../support/answer.ts';
import { startCosmosEmulator } from '../support/cosmos/emulator.ts';
import { anEnd, scriptedChat } from '../support/scripted-chat.ts';
import { SEND, startSkein, threadWith } from '../support/skein.ts';

const STATUSES = `query ($id: ID!) { thread(id: $id) { messages { edges { node { status content } } } } }`;

it('a server that starts on a shared engine leaves alone the reply that another one is writing', async () => {
  await using emulator = await startCosmosEmulator();
  const env = { COSMOS_ENDPOINT: emulator.endpoint, COSMOS_KEY: emulator.key };
  const asked = Promise.withResolvers<undefined>();
  const goOn = Promise.withResolvers<undefined>();
  const chat = scriptedChat(async function* () {
    asked.resolve(undefined);
    await goOn.promise;
    yield { kind: 'delta', text: 'Here.' };
    yield anEnd();
  });
  await using writing = await startSkein({ chat, env });
  const id = await threadWith(writing, [], { title: 'Shared' });
  const sending = writing.ask(SEND, { input: { threadId: id, content: 'Are you there?' } });
  await asked.promise;

  await using starting = await startSkein({ env });
  const statusesThere = async () => {
    const { data } = await starting.ask(STATUSES, { id });
    return valuesAt(data, 'thread.messages.edges.*.node.status');
  };
  assert.deepEqual(await statusesThere(), ['COMPLETE', 'PENDING']);
  goOn.resolve(undefined);
  const { data } = await sending;
  assert.equal(valueAt(data, 'sendMessage.reply.content'), 'Here.');
  assert.deepEqual(await statusesThere(), ['COMPLETE', 'COMPLETE']);
});
