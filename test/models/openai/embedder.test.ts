import assert from 'node:assert/strict';
import { test } from 'node:test';

import { withoutKey } from '../../../src/models/authorization.ts';
import { connectOpenAiEmbedder } from '../../../src/models/openai/embedder.ts';
import { embeds } from '../../support/model-servers/embeddings.ts';
import { startModelServer } from '../../support/model-servers/model-server.ts';
import { keptLog } from '../collected-reply.ts';
import { embedderProviderKeepsItsPromises } from '../embedder-provider.ts';

embedderProviderKeepsItsPromises({
  protocol: 'openai',
  settings: { key: 'OPENAI_API_KEY', model: 'OPENAI_EMBEDDING_MODEL', dimensions: 'OPENAI_EMBEDDING_DIMENSIONS' },
  batch: 256,
  connect: ({ url, ...options }) => connectOpenAiEmbedder({ baseUrl: url, ...options }),
});

test('vectors are asked for as base64, and are the same from a server that sends numbers all the same', async () => {
  await using server = await startModelServer('openai');
  const vectors = [];
  for (const knowsNoBase64 of [false, true]) {
    server.embeddings(embeds({ dimensions: 5, knowsNoBase64 }));
    const embedder = await connectOpenAiEmbedder({
      baseUrl: server.url,
      authorization: withoutKey(),
      model: 'm',
      dimensions: null,
      log: keptLog(),
    });
    vectors.push(...(await embedder.embed(['hello'])));
  }
  assert.equal(server.requests[0]?.body['encoding_format'], 'base64');
  assert.deepEqual(vectors[0], vectors[1]);
});
