import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { z } from 'zod';
import { textAt, valueAt } from '../support/answer.ts';
import {
  breaksAfter,
  countsTokens,
  endsAfter,
  finishes,
  refuses,
  says,
  stallsAfter,
  staysSilent,
  streams,
  streamsInPackets,
} from '../support/model-servers/answers.ts';
import { startConnectedSkein, type ConnectedSkein } from '../support/model-servers/connected-skein.ts';
import type { Answer as ServerAnswer } from '../support/model-servers/protocol.ts';
import { threadWith } from '../support/skein.ts';
import { connectSocket } from '../support/socket-client.ts';

const SEND = `mutation ($input: SendMessageInput!) {
  sendMessage(input: $input) {
    userMessage { status content }
    reply { id status content model finishReason usage { inputTokens outputTokens } failure { code message retryable } }
    failure { code message retryable }
  }
}`;
const READ = `query ($id: ID!) { node(id: $id) { ... on Message { status content failure { code retryable } } } }`;
const REPLY = `subscription ($input: SendMessageInput!) { reply(input: $input) {
  ... on ReplyDelta { text }
  ... on ReplyFailed { reply { status content } failure { code retryable } }
} }`;

/** An event of a reply: those that are no delta have no text. */
const perhapsDelta = z.object({ text: z.string().default('') });

const BEGUN = [says('It is '), says('raining')];
const WHOLE = [says('Grüße, '), says('日本 '), says('🌦️!'), finishes(), countsTokens(12, 5)];

type Case = readonly [what: string, answers: readonly ServerAnswer[], code: string, retryable: boolean, kept: string];

const FAILURES: readonly Case[] = [
  ['is asked too much', [refuses(429, {}, { 'retry-after': '1' })], 'RATE_LIMITED', true, ''],
  ['asks to wait for minutes', [refuses(429, {}, { 'retry-after': '300' })], 'RATE_LIMITED', true, ''],
  ['has used up its quota', [refuses(429, { error: { code: 'insufficient_quota' } })], 'RATE_LIMITED', false, ''],
  ['fails again and again', [refuses(500, 'oops')], 'UNAVAILABLE', true, ''],
  ['ends before its reply does', [endsAfter(...BEGUN)], 'UNAVAILABLE', true, 'It is raining'],
  ['sends JSON that is none', [streams(...BEGUN, 'data: {"choi\n\n')], 'UNAVAILABLE', true, 'It is raining'],
  ['refuses what was asked', [refuses(400, { error: { code: 'content_filter' } })], 'CONTENT_FILTERED', false, ''],
  ['stops at its filter', [streams(...BEGUN, finishes('content_filter'))], 'CONTENT_FILTERED', false, 'It is raining'],
  [
    'finds the conversation too long',
    [refuses(400, { error: { code: 'context_length_exceeded', message: 'too long' } })],
    'CONTEXT_TOO_LONG',
    false,
    '',
  ],
  ['does not accept the key', [refuses(401, { error: { message: 'sk-secret' } })], 'REJECTED', false, ''],
  ['does not know the model', [refuses(404, { error: { message: 'sk-secret' } })], 'REJECTED', false, ''],
];

for (const protocol of ['openai', 'azure-inference'] as const) {
  describe(`a reply from a server that speaks ${protocol}`, () => {
    let skein: ConnectedSkein;
    let threadId: string;
    let asked = 0;
    before(async () => {
      skein = await startConnectedSkein(protocol);
    });
    after(() => skein[Symbol.asyncDispose]());
    beforeEach(async () => {
      threadId = await threadWith(skein, [], { title: 'Weather' });
      asked = skein.server.requests.length;
    });

    const send = async () => {
      const { data, errors } = await skein.ask(SEND, { input: { threadId, content: 'What is the weather?' } });
      assert.equal(errors, undefined, 'a failed model call is no error of the request');
      assert.deepEqual(valueAt(data, 'sendMessage.userMessage'), {
        status: 'COMPLETE',
        content: 'What is the weather?',
      });
      return { reply: valueAt(data, 'sendMessage.reply'), failure: valueAt(data, 'sendMessage.failure') };
    };

    for (const [what, answers] of [
      ['its bytes come one by one', [streamsInPackets(1, '\n', ': a comment\n\n', ...WHOLE)]],
      ['its bytes come three at a time', [streamsInPackets(3, '\r\n', ...WHOLE)]],
      ['the server first has too many requests', [refuses(429, {}, { 'retry-after': '1' }), streams(...WHOLE)]],
      ['the server first fails', [refuses(500, 'oops'), refuses(503, 'oops'), streams(...WHOLE)]],
    ] as const) {
      it(`is whole, with what it used, when ${what}`, async () => {
        skein.server.chat(...answers);
        const { reply, failure } = await send();
        assert.equal(failure, null);
        assert.deepEqual(reply, {
          id: valueAt(reply, 'id'),
          status: 'COMPLETE',
          content: 'Grüße, 日本 🌦️!',
          model: 'served-model-2026-01-01',
          finishReason: 'stop',
          usage: { inputTokens: 12, outputTokens: 5 },
          failure: null,
        });
        assert.equal(skein.server.requests.length - asked, answers.length);
      });
    }

    for (const [what, answers, code, retryable, kept] of FAILURES) {
      it(`is FAILED with ${code} and what had come when the server ${what}`, async () => {
        skein.server.chat(...answers);
        const { reply, failure } = await send();
        assert.equal(valueAt(failure, 'code'), code);
        assert.equal(valueAt(failure, 'retryable'), retryable);
        assert.doesNotMatch(textAt(failure, 'message'), /sk-secret|127\.0\.0\.1|oops/);
        assert.deepEqual(valueAt(reply, 'failure'), failure);
        const { data } = await skein.ask(READ, { id: valueAt(reply, 'id') });
        assert.deepEqual(data, { node: { status: 'FAILED', content: kept, failure: { code, retryable } } });
      });
    }

    for (const [what, answer, patience, kept] of [
      ['does not begin', staysSilent, { firstByteMs: 100 }, ''],
      ['stalls in mid-reply', stallsAfter(...BEGUN), { stallMs: 300 }, 'It is raining'],
    ] as const) {
      it(`is FAILED with TIMEOUT and what had come when the server ${what}, and lets go of it`, async () => {
        await using impatient = await startConnectedSkein(protocol, { patience });
        impatient.server.chat(answer);
        const id = await threadWith(impatient, []);
        const { data } = await impatient.ask(SEND, { input: { threadId: id, content: 'Rain?' } });
        assert.equal(valueAt(data, 'sendMessage.failure.code'), 'TIMEOUT');
        assert.equal(valueAt(data, 'sendMessage.failure.retryable'), true);
        assert.equal(valueAt(data, 'sendMessage.reply.status'), 'FAILED');
        assert.equal(valueAt(data, 'sendMessage.reply.content'), kept);
        await impatient.server.requests[0]?.abandoned;
      });
    }

    it('is FAILED with what had come when the connection is cut, and followers have seen as much', async () => {
      const heard = Promise.withResolvers<undefined>();
      skein.server.chat(breaksAfter(BEGUN, heard.promise));
      await using socket = connectSocket(skein.url);
      let text = '';
      let last: unknown;
      for await (const { data } of socket.follow(REPLY, { input: { threadId, content: 'Rain?' } })) {
        last = valueAt(data, 'reply');
        text += perhapsDelta.parse(last).text;
        if (text === 'It is raining') heard.resolve(undefined);
      }
      assert.equal(text, 'It is raining');
      assert.deepEqual(last, {
        reply: { status: 'FAILED', content: 'It is raining' },
        failure: { code: 'UNAVAILABLE', retryable: true },
      });
    });

    it('goes on after a failure: the next one is whole, and is not shown the failed one', async () => {
      skein.server.chat(endsAfter(...BEGUN), streams(...WHOLE));
      await send();
      const { failure } = await send();
      assert.equal(failure, null);
      assert.doesNotMatch(JSON.stringify(skein.server.requests.at(-1)?.body), /raining/);
    });
  });
}
