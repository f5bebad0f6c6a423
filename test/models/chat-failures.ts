import assert from 'node:assert/strict';
import { test } from 'node:test';

import { withKey } from '../../src/models/authorization.ts';
import { breaksAfter, endsAfter, finishes, refuses, streams } from '../support/model-servers/answers.ts';
import { startModelServer } from '../support/model-servers/model-server.ts';
import { collect } from './collected-reply.ts';
import { BEGUN, connected, SECRET, type ChatProvider } from './connected-chat.ts';

/** What each way to fail comes to. */
export function chatFailuresAreTyped(provider: ChatProvider): void {
  const { protocol, settings } = provider;

  test('a connection that breaks in the middle of a reply is UNAVAILABLE, keeps what was said, and is not tried again', async () => {
    await using server = await startModelServer(protocol);
    const whole = Promise.withResolvers<undefined>();
    server.chat(breaksAfter(BEGUN, whole.promise));
    const heard = (text: string) => {
      if (text === 'It is raining') whole.resolve(undefined);
    };
    const { text, failure } = await collect(connected(provider, { server }), {}, { heard });
    assert.equal(text, 'It is raining');
    assert.deepEqual([failure?.code, failure?.retryable], ['UNAVAILABLE', true]);
    assert.equal(server.requests.length, 1);
  });

  for (const [name, answer] of [
    ['a stream that ends before the reply does', endsAfter(...BEGUN)],
    ['JSON that is none', streams(...BEGUN, 'data: {"choices": [\n\n')],
    ['JSON that is no part of a reply', streams(...BEGUN, { choices: 'none' })],
    ['an error in the stream', streams(...BEGUN, { error: { message: 'worker died', type: 'server_error' } })],
  ] as const) {
    test(`${name} in the middle of a reply is UNAVAILABLE, keeps what was said, and is not tried again`, async () => {
      await using server = await startModelServer(protocol);
      server.chat(answer);
      const { text, failure } = await collect(connected(provider, { server }));
      assert.equal(text, 'It is raining');
      assert.deepEqual([failure?.code, failure?.retryable], ['UNAVAILABLE', true]);
      assert.equal(server.requests.length, 1);
    });
  }

  test('a page instead of a stream is UNAVAILABLE', async () => {
    await using server = await startModelServer(protocol);
    server.chat((response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Sign in</html>');
    });
    const { failure } = await collect(connected(provider, { server }));
    assert.equal(failure?.code, 'UNAVAILABLE');
  });

  for (const [name, answer, said] of [
    [
      'a prompt that the filter refuses',
      refuses(400, {
        error: {
          message: "The response was filtered due to the prompt triggering Azure OpenAI's content management policy.",
          type: null,
          param: 'prompt',
          code: 'content_filter',
          status: 400,
          innererror: { code: 'ResponsibleAIPolicyViolation', content_filter_result: {} },
        },
      }),
      '',
    ],
    ['a reply that the filter stops', streams(...BEGUN, finishes('content_filter')), 'It is raining'],
  ] as const) {
    test(`${name} is CONTENT_FILTERED`, async () => {
      await using server = await startModelServer(protocol);
      server.chat(answer);
      const { text, failure } = await collect(connected(provider, { server }));
      assert.equal(text, said);
      assert.deepEqual([failure?.code, failure?.retryable], ['CONTENT_FILTERED', false]);
      assert.equal(server.requests.length, 1);
    });
  }

  for (const error of [
    {
      message:
        "This model's maximum context length is 128000 tokens. However, your messages resulted in 130000 tokens.",
      type: 'invalid_request_error',
      param: 'messages',
      code: 'context_length_exceeded',
    },
    { message: "This model's maximum context length is 4096 tokens. However, you requested 5000.", code: 400 },
  ]) {
    test(`a conversation longer than the model takes is CONTEXT_TOO_LONG (code ${String(error.code)})`, async () => {
      await using server = await startModelServer(protocol);
      server.chat(refuses(400, { error }));
      const { failure } = await collect(connected(provider, { server }));
      assert.deepEqual([failure?.code, failure?.retryable], ['CONTEXT_TOO_LONG', false]);
    });
  }

  for (const [status, setting] of [
    [401, 'key'],
    [403, 'key'],
    [404, 'model'],
    [400, 'model'],
    [422, 'model'],
  ] as const) {
    test(`a refusal with ${String(status)} is REJECTED and names the setting to check, nothing else`, async () => {
      await using server = await startModelServer(protocol);
      server.chat(
        refuses(status, {
          error: { message: `${SECRET} is bad at ${server.url}`, code: SECRET, param: 'What is it?' },
        }),
      );
      const { failure } = await collect(connected(provider, { server, authorization: withKey(SECRET) }));
      assert.deepEqual([failure?.code, failure?.retryable], ['REJECTED', false]);
      const message = failure?.message ?? '';
      assert.ok(message.includes(settings[setting]), message);
      assert.ok(!message.includes(SECRET) && !message.includes('127.0.0.1'), message);
      assert.equal(server.requests.length, 1);
    });
  }
}
