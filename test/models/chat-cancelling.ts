import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ModelFailure } from '../../src/models/chat.ts';
import { refuses, stallsAfter, streams } from '../support/model-servers/answers.ts';
import { startModelServer } from '../support/model-servers/model-server.ts';
import { aRequest, collect, recordedRetries } from './collected-reply.ts';
import { BEGUN, connected, HELLO, type ChatProvider } from './connected-chat.ts';

/** How replies are stopped. */
export function chatIsCancelled(provider: ChatProvider): void {
  const { protocol } = provider;

  test('a cancelled reply ends its request at once, with the reason that was given', async () => {
    await using server = await startModelServer(protocol);
    server.chat(stallsAfter(...BEGUN));
    const cancel = new AbortController();
    const reason = new ModelFailure('CANCELLED', 'The user stopped it.', { retryable: true });
    const chat = connected(provider, { server });
    let text = '';
    await assert.rejects(async () => {
      for await (const event of chat.reply(aRequest(), { signal: cancel.signal })) {
        if (event.kind === 'delta') text += event.text;
        if (text === 'It is raining') cancel.abort(reason);
      }
    }, reason);
    await server.requests[0]?.abandoned;
  });

  test('a reply is cancelled while the server has not answered yet', async () => {
    await using server = await startModelServer(protocol);
    const cancel = new AbortController();
    server.chat(async (_, request) => {
      cancel.abort();
      await request.abandoned;
    });
    const { failure } = await collect(connected(provider, { server }), {}, { signal: cancel.signal });
    assert.equal(failure?.code, 'CANCELLED');
    await server.requests[0]?.abandoned;
  });

  test('a reply is cancelled during the pause before another try', async () => {
    await using server = await startModelServer(protocol);
    server.chat(refuses(500, 'oops'));
    const cancel = new AbortController();
    const retries = recordedRetries({
      pause: (_, signal) => {
        cancel.abort();
        return Promise.reject(signal.aborted ? new Error('paused') : new Error('not cancelled'));
      },
    });
    const { failure } = await collect(connected(provider, { server, retries }), {}, { signal: cancel.signal });
    assert.equal(failure?.code, 'CANCELLED');
    assert.equal(server.requests.length, 1);
  });

  test('a reply that is cancelled before it begins asks nothing', async () => {
    await using server = await startModelServer(protocol);
    server.chat(streams(...HELLO));
    const { failure } = await collect(connected(provider, { server }), {}, { signal: AbortSignal.abort() });
    assert.equal(failure?.code, 'CANCELLED');
    assert.equal(server.requests.length, 0);
  });

  test('who stops listening ends the request', async () => {
    await using server = await startModelServer(protocol);
    server.chat(stallsAfter(...BEGUN));
    for await (const event of connected(provider, { server }).reply(aRequest(), {
      signal: new AbortController().signal,
    })) {
      assert.equal(event.kind, 'delta');
      break;
    }
    await server.requests[0]?.abandoned;
  });

  test('closing the provider interrupts the replies under way', async () => {
    await using server = await startModelServer(protocol);
    const chat = connected(provider, { server });
    server.chat(async (response, request) => {
      void chat.close();
      await stallsAfter()(response, request);
    });
    const { failure } = await collect(chat);
    assert.deepEqual([failure?.code, failure?.retryable], ['INTERRUPTED', true]);
  });
}
