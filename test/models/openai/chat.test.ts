import assert from 'node:assert/strict';
import { test } from 'node:test';

import { withoutKey } from '../../../src/models/authorization.ts';
import { connectOpenAiChat } from '../../../src/models/openai/chat.ts';
import { finishes, says, streams } from '../../support/model-servers/answers.ts';
import { startModelServer } from '../../support/model-servers/model-server.ts';
import { chatProviderKeepsItsPromises } from '../chat-provider.ts';
import { collect, keptLog } from '../collected-reply.ts';

chatProviderKeepsItsPromises({
  protocol: 'openai',
  settings: { endpoint: 'OPENAI_BASE_URL', key: 'OPENAI_API_KEY', model: 'OPENAI_CHAT_MODEL' },
  connect: ({ url, ...options }) => connectOpenAiChat({ baseUrl: url, ...options }),
});

test('speakers go into the name field, or into the text where that is wanted', async () => {
  await using server = await startModelServer('openai');
  server.chat(streams(says('Yes'), finishes()));
  const turns = [{ role: 'user' as const, content: 'Rain?', name: 'Ada Lovelace' }];
  for (const speakerNames of ['field', 'text'] as const) {
    const options = { baseUrl: server.url, authorization: withoutKey(), model: 'm', log: keptLog(), speakerNames };
    await collect(connectOpenAiChat(options), { turns });
  }
  const [inField, inText] = server.requests.map(({ body }) => JSON.stringify(body['messages']));
  assert.equal(inField, '[{"role":"user","content":"Rain?","name":"Ada_Lovelace"}]');
  assert.match(inText ?? '', /\[Ada Lovelace\] Rain\?/);
});
