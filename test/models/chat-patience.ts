import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  breaksAfter,
  breaksAtOnce,
  refuses,
  stallsAfter,
  staysSilent,
  streams,
} from '../support/model-servers/answers.ts';
import { startModelServer } from '../support/model-servers/model-server.ts';
import { collect, recordedRetries } from './collected-reply.ts';
import { BEGUN, connected, HELLO, type ChatProvider } from './connected-chat.ts';

/** How often a provider asks again, and how long it waits. */
export function chatIsPatient(provider: ChatProvider): void {
  const { protocol, settings } = provider;

  test('a server with too many requests is asked again after the time that it names', async () => {
    await using server = await startModelServer(protocol);
    server.chat(refuses(429, rateLimit(), { 'retry-after': '7' }), streams(...HELLO));
    const retries = recordedRetries();
    const { text } = await collect(connected(provider, { server, retries }));
    assert.equal(text, 'Grüße, 日本 🌦️!');
    assert.equal(retries.pauses.length, 1);
    assert.ok((retries.pauses[0] ?? 0) >= 7_000);
  });

  test('a server that goes on having too many requests ends the reply, saying when to try again', async () => {
    await using server = await startModelServer(protocol);
    server.chat(refuses(429, rateLimit(), { 'retry-after': '3' }));
    const { failure } = await collect(connected(provider, { server, retries: recordedRetries({ attempts: 3 }) }));
    assert.deepEqual([failure?.code, failure?.retryable, failure?.retryAfterMs], ['RATE_LIMITED', true, 3_000]);
    assert.match(failure?.message ?? '', /in 3 s/);
    assert.equal(server.requests.length, 3);
  });

  test('a wait longer than anybody waits is not waited for', async () => {
    await using server = await startModelServer(protocol);
    server.chat(refuses(429, rateLimit(), { 'retry-after': '3600' }));
    const { failure } = await collect(connected(provider, { server }));
    assert.deepEqual([failure?.code, failure?.retryAfterMs], ['RATE_LIMITED', 3_600_000]);
    assert.equal(server.requests.length, 1);
  });

  test('a quota that is used up is not asked for again', async () => {
    await using server = await startModelServer(protocol);
    server.chat(refuses(429, { error: { code: 'insufficient_quota', message: 'You exceeded your current quota' } }));
    const { failure } = await collect(connected(provider, { server }));
    assert.deepEqual([failure?.code, failure?.retryable], ['RATE_LIMITED', false]);
    assert.equal(server.requests.length, 1);
  });

  test('a server that fails once, or breaks the connection before it speaks, is asked again', async () => {
    await using server = await startModelServer(protocol);
    server.chat(refuses(500, 'oops'), breaksAtOnce, breaksAfter([]), streams(...HELLO));
    const { text, failure } = await collect(connected(provider, { server }));
    assert.equal(failure, null);
    assert.equal(text, 'Grüße, 日本 🌦️!');
    assert.equal(server.requests.length, 4);
  });

  test('a server that goes on failing is UNAVAILABLE', async () => {
    await using server = await startModelServer(protocol);
    server.chat(refuses(503, { error: { message: 'overloaded' } }));
    const { failure } = await collect(connected(provider, { server }));
    assert.deepEqual([failure?.code, failure?.retryable], ['UNAVAILABLE', true]);
    assert.equal(server.requests.length, 4);
  });

  test('a server that is not there is UNAVAILABLE, with the setting to check', async () => {
    const server = await startModelServer(protocol);
    await server[Symbol.asyncDispose]();
    const { failure } = await collect(connected(provider, { server }));
    assert.deepEqual([failure?.code, failure?.retryable], ['UNAVAILABLE', true]);
    assert.ok(failure?.message.includes(settings.endpoint), failure?.message);
  });

  test('a stall in the middle of a reply is a TIMEOUT that keeps what was said, and ends the request', async () => {
    await using server = await startModelServer(protocol);
    server.chat(stallsAfter(...BEGUN));
    const { text, failure } = await collect(connected(provider, { server, patience: { stallMs: 40 } }));
    assert.equal(text, 'It is raining');
    assert.deepEqual([failure?.code, failure?.retryable], ['TIMEOUT', true]);
    assert.equal(server.requests.length, 1);
    await server.requests[0]?.abandoned;
  });

  for (const [name, answer] of [
    ['answers nothing', staysSilent],
    ['begins to stream and says nothing', stallsAfter()],
  ] as const) {
    test(`a server that ${name} is a TIMEOUT, and is not asked again`, async () => {
      await using server = await startModelServer(protocol);
      server.chat(answer);
      const { failure } = await collect(connected(provider, { server, patience: { firstByteMs: 40 } }));
      assert.deepEqual([failure?.code, failure?.retryable], ['TIMEOUT', true]);
      assert.equal(server.requests.length, 1);
      await server.requests[0]?.abandoned;
    });
  }

  test('a reply that takes too long in all is a TIMEOUT', async () => {
    await using server = await startModelServer(protocol);
    server.chat(stallsAfter(...BEGUN));
    const { failure } = await collect(connected(provider, { server, patience: { overallMs: 60 } }));
    assert.equal(failure?.code, 'TIMEOUT');
  });
}

function rateLimit() {
  return { error: { message: 'Rate limit reached', type: 'requests', param: null, code: 'rate_limit_exceeded' } };
}
