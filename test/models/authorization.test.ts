import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { test } from 'node:test';

import { chooseAuthorization, withKey } from '../../src/models/authorization.ts';

test('a key is used where there is one; an Azure host without one gets an identity; others are not signed in to', async () => {
  for (const [endpoint, key, kind] of [
    ['https://api.openai.com/v1', 'k', 'key'],
    ['https://x.openai.azure.com/openai/v1/', 'k', 'key'],
    ['https://x.openai.azure.com/openai/v1/', null, 'credential'],
    ['https://x.services.ai.azure.com/models', null, 'credential'],
    ['https://x.openai.azure.us/openai/v1/', null, 'credential'],
    ['http://127.0.0.1:11434/v1', null, 'none'],
    ['https://azure.com.example.org/v1', null, 'none'],
    ['https://notazure.com/v1', null, 'none'],
  ] as const) {
    assert.equal((await chooseAuthorization({ endpoint, key })).kind, kind, endpoint);
  }
});

test('an identity’s token is not sent unencrypted', async () => {
  const endpoint = 'http://x.openai.azure.com/openai/v1/';
  await assert.rejects(chooseAuthorization({ endpoint, key: null }), { code: 'UNAVAILABLE', message: /https/ });
});

test('a key cannot be printed', () => {
  assert.ok(!inspect(withKey('secret'), { depth: 9, showHidden: true }).includes('secret'));
});
