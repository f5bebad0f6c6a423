import assert from 'node:assert/strict';
import { test } from 'node:test';

import { withoutKey } from '../../../src/models/authorization.ts';
import { connectInferenceChat } from '../../../src/models/azure-inference/chat.ts';
import { finishes, says, streams, streamsInPackets } from '../../support/model-servers/answers.ts';
import { startModelServer } from '../../support/model-servers/model-server.ts';
import { chatProviderKeepsItsPromises } from '../chat-provider.ts';
import { collect, keptLog } from '../collected-reply.ts';

chatProviderKeepsItsPromises({
  protocol: 'azure-inference',
  settings: {
    endpoint: 'AZURE_INFERENCE_ENDPOINT',
    key: 'AZURE_INFERENCE_KEY',
    model: 'AZURE_INFERENCE_CHAT_MODEL',
  },
  connect: ({ url, ...options }) => connectInferenceChat({ endpoint: url, ...options }),
});

test('a request names the version of the protocol, and passes on what is the model’s own', async () => {
  await using server = await startModelServer('azure-inference');
  server.chat(streams(says('Yes'), finishes()));
  const options = { endpoint: server.url, authorization: withoutKey(), model: 'm', log: keptLog() };
  await collect(connectInferenceChat(options));
  await collect(connectInferenceChat({ ...options, apiVersion: '2025-04-01' }));
  assert.deepEqual(
    server.requests.map(({ path }) => path),
    ['/models/chat/completions?api-version=2024-05-01-preview', '/models/chat/completions?api-version=2025-04-01'],
  );
  assert.equal(server.requests[0]?.headers['extra-parameters'], 'pass-through');
});

test('a stream whose lines end in a lone carriage return is read, however it is cut', async () => {
  await using server = await startModelServer('azure-inference');
  server.chat(
    streamsInPackets(1, '\r', says('Yes'), finishes()),
    streamsInPackets(1000, '\r', says('Yes'), finishes()),
  );
  const chat = connectInferenceChat({ endpoint: server.url, authorization: withoutKey(), model: 'm', log: keptLog() });
  assert.equal((await collect(chat)).text, 'Yes');
  assert.equal((await collect(chat)).text, 'Yes');
});
