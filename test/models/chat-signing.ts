import assert from 'node:assert/strict';
import { test } from 'node:test';

import { withCredential, withKey } from '../../src/models/authorization.ts';
import { refuses, streams } from '../support/model-servers/answers.ts';
import { startModelServer } from '../support/model-servers/model-server.ts';
import { collect, keptLog } from './collected-reply.ts';
import { connected, HELLO, SECRET, type ChatProvider } from './connected-chat.ts';

/** How requests are signed. */
export function chatIsSigned(provider: ChatProvider): void {
  const { protocol } = provider;

  test('a key signs every request, and is in no failure and no log', async () => {
    await using server = await startModelServer(protocol, { key: SECRET });
    server.chat(refuses(500, 'oops'), streams(...HELLO));
    const log = keptLog();
    const welcome = await collect(connected(provider, { server, authorization: withKey(SECRET), log }));
    assert.equal(welcome.failure, null);
    const wrong = await collect(connected(provider, { server, authorization: withKey(`not-${SECRET}`), log }));
    assert.equal(wrong.failure?.code, 'REJECTED');
    assert.ok(log.lines.length > 0);
    assert.ok(![...log.lines, wrong.failure.message, JSON.stringify(wrong.failure)].join().includes(SECRET));
  });

  test('tokens of an identity sign the requests, are renewed, and are in no log', async () => {
    await using server = await startModelServer(protocol);
    server.chat(streams(...HELLO));
    const scopes: unknown[] = [];
    let tokens = 0;
    const authorization = withCredential({
      getToken: (scope) => {
        scopes.push(scope);
        tokens += 1;
        // The first is used up as soon as it is there.
        return Promise.resolve({
          token: `${SECRET}-${String(tokens)}`,
          expiresOnTimestamp: tokens === 1 ? Date.now() : Date.now() + 3_600_000,
        });
      },
    });
    const log = keptLog();
    const chat = connected(provider, { server, authorization, log });
    for (let reply = 0; reply < 3; reply += 1) assert.equal((await collect(chat)).failure, null);
    assert.deepEqual(
      server.requests.map(({ headers }) => headers.authorization),
      [1, 2, 2].map((token) => `Bearer ${SECRET}-${String(token)}`),
    );
    assert.deepEqual(scopes.flat(), ['https://ai.azure.com/.default', 'https://ai.azure.com/.default']);
    assert.ok(!log.lines.join().includes(SECRET));
  });

  test('an identity that gets no token is REJECTED, and nothing is asked', async () => {
    await using server = await startModelServer(protocol);
    const authorization = withCredential({ getToken: () => Promise.reject(new Error(`no tenant ${SECRET}`)) });
    const { failure } = await collect(connected(provider, { server, authorization }));
    assert.deepEqual([failure?.code, failure?.retryable], ['REJECTED', false]);
    assert.ok(!failure?.message.includes(SECRET));
    assert.equal(server.requests.length, 0);
  });

  test('without key and identity a request is not signed', async () => {
    await using server = await startModelServer(protocol);
    server.chat(streams(...HELLO));
    await collect(connected(provider, { server }));
    assert.equal(server.requests[0]?.headers.authorization, undefined);
    assert.equal(server.requests[0]?.headers['api-key'], undefined);
  });
}
