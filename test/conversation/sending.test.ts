import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ModelFailure, type ChatModel, type ChatRequest } from '../../src/models/chat.ts';
import { textAt, valueAt, valuesAt } from '../support/answer.ts';
import { SEND, startSkein, threadWith, type TestSkein } from '../support/skein.ts';

const MESSAGES = `query ($id: ID!) { thread(id: $id) { messageCount messages(first: 100) {
  edges { node { seq role status content failure { code } } } } } }`;

describe('sending on the local chat provider', () => {
  let skein: TestSkein;
  before(async () => {
    skein = await startSkein();
    await threadWith(
      skein,
      [
        'We have to choose the tiles for the bathroom.',
        'The glazed tiles from Aveiro cost 38 euros a square metre.',
        'Then let us take the glazed tiles from Aveiro.',
      ],
      { title: 'Bathroom' },
    );
    await skein.indexed();
  });
  after(() => skein[Symbol.asyncDispose]());

  it('answers from the owner’s other threads, and names the messages it quotes', async () => {
    const threadId = await threadWith(skein, []);
    const { data } = await skein.ask(SEND, { input: { threadId, content: 'How much do the glazed tiles cost?' } });
    assert.equal(valueAt(data, 'sendMessage.userMessage.seq'), 1);
    assert.equal(valueAt(data, 'sendMessage.failure'), null);
    assert.equal(valueAt(data, 'sendMessage.thread.messageCount'), 2);
    const reply = valueAt(data, 'sendMessage.reply');
    assert.equal(valueAt(reply, 'seq'), 2);
    assert.equal(valueAt(reply, 'role'), 'ASSISTANT');
    assert.equal(valueAt(reply, 'status'), 'COMPLETE');
    assert.match(textAt(reply, 'content'), /38 euros a square metre/);
    assert.match(textAt(reply, 'content'), /No language model is configured/);
    assert.match(valuesAt(reply, 'recalled.*.content').join('\n'), /38 euros/);
    assert.equal(valuesAt(reply, 'recalled.*.thread.id').includes(threadId), false);
  });

  it('says plainly that it found nothing, and that no language model is configured', async () => {
    const who = { user: 'newcomer' };
    const threadId = await threadWith(skein, [], { who });
    const { data } = await skein.ask(SEND, { input: { threadId, content: 'What did we decide?' } }, who);
    assert.match(textAt(data, 'sendMessage.reply.content'), /found nothing/);
    assert.match(textAt(data, 'sendMessage.reply.content'), /No language model is configured/);
    assert.deepEqual(valueAt(data, 'sendMessage.reply.recalled'), []);
  });

  it('gives the same message and reply for an idempotency key, one after the other', async () => {
    const threadId = await threadWith(skein, []);
    const input = { threadId, content: 'Which tiles?', idempotencyKey: 'once' };
    const first = await skein.ask(SEND, { input });
    const second = await skein.ask(SEND, { input });
    assert.deepEqual(second.data, first.data);
    const { data } = await skein.ask(MESSAGES, { id: threadId });
    assert.equal(valueAt(data, 'thread.messageCount'), 2);
  });

  it('gives one message and one reply for an idempotency key, also when both calls run at once', async () => {
    const threadId = await threadWith(skein, []);
    const input = { threadId, content: 'Which tiles?', idempotencyKey: 'once' };
    const answers = await Promise.all(Array.from({ length: 8 }, () => skein.ask(SEND, { input })));
    for (const answer of answers) assert.deepEqual(answer.data, answers[0]?.data);
    const { data } = await skein.ask(MESSAGES, { id: threadId });
    assert.deepEqual(
      valuesAt(data, 'thread.messages.edges.*.node').map((node) => [valueAt(node, 'role'), valueAt(node, 'status')]),
      [
        ['USER', 'COMPLETE'],
        ['ASSISTANT', 'COMPLETE'],
      ],
    );
  });

  it('does not quote its own quotations', async () => {
    const who = { user: 'repeater' };
    await threadWith(skein, ['The spare key hangs behind the barometer.'], { who });
    for (let round = 0; round < 3; round += 1) {
      const threadId = await threadWith(skein, [], { who });
      const { data } = await skein.ask(SEND, { input: { threadId, content: 'Where is the spare key?' } }, who);
      const content = textAt(data, 'sendMessage.reply.content');
      assert.equal(content.match(/barometer/g)?.length, 1, content);
    }
  });

  it('recalls what is asked for, and no more', async () => {
    const threadId = await threadWith(skein, []);
    const input = { threadId, content: 'How much are the tiles?', recall: { topK: 1, neighbours: 0 } };
    const { data } = await skein.ask(SEND, { input });
    assert.equal(valueAt(data, 'sendMessage.reply.recalled.length'), 1);
  });
});

describe('sending when the model fails', () => {
  /** A model that says two words and then does what the message tells it to. */
  const moody: ChatModel = {
    model: 'moody',
    answersFromSources: false,
    async *reply({ turns }: ChatRequest) {
      yield { kind: 'delta', text: 'Well, ' };
      yield { kind: 'delta', text: 'you see' };
      await Promise.resolve();
      const wish = turns.at(-1)?.content;
      if (wish === 'fail') throw new ModelFailure('RATE_LIMITED', 'The model asks to slow down.', { retryable: true });
      if (wish === 'break') throw new TypeError('secret insides');
      if (wish === 'stop short') return;
      yield {
        kind: 'end',
        model: 'moody',
        finishReason: 'stop',
        usage: { inputTokens: 7, outputTokens: 3 },
        toolCalls: [],
        drawnOn: null,
      };
    },
    close: () => Promise.resolve(),
  };
  let skein: TestSkein;
  before(async () => {
    skein = await startSkein({ chat: moody });
  });
  after(() => skein[Symbol.asyncDispose]());

  const cases: readonly [what: string, wish: string, code: string][] = [
    ['says why', 'fail', 'RATE_LIMITED'],
    ['breaks', 'break', 'UNAVAILABLE'],
    ['stops short', 'stop short', 'UNAVAILABLE'],
  ];
  for (const [what, content, code] of cases) {
    it(`keeps the user’s message, and the reply FAILED with what had come, when it ${what}`, async () => {
      const id = await threadWith(skein, []);
      const answer = await skein.ask(SEND, { input: { threadId: id, content } });
      assert.equal(answer.errors, undefined, 'a failed model call is no error of the request');
      assert.equal(valueAt(answer.data, 'sendMessage.failure.code'), code);
      assert.equal(valueAt(answer.data, 'sendMessage.failure.retryable'), true);
      assert.doesNotMatch(JSON.stringify(answer), /secret insides/);
      const { data } = await skein.ask(MESSAGES, { id });
      assert.deepEqual(valuesAt(data, 'thread.messages.edges.*.node'), [
        { seq: 1, role: 'USER', status: 'COMPLETE', content, failure: null },
        { seq: 2, role: 'ASSISTANT', status: 'FAILED', content: 'Well, you see', failure: { code } },
      ]);
    });
  }

  it('leaves failed replies out of the history of the next one, and counts its tokens', async () => {
    const id = await threadWith(skein, []);
    await skein.ask(SEND, { input: { threadId: id, content: 'fail' } });
    const { data, extensions } = await skein.ask(SEND, { input: { threadId: id, content: 'go on' } });
    assert.equal(valueAt(data, 'sendMessage.failure'), null);
    const usage = await skein.ask(`query ($id: ID!) { thread(id: $id) { usage { inputTokens outputTokens } } }`, {
      id,
    });
    assert.deepEqual(usage.data, { thread: { usage: { inputTokens: 7, outputTokens: 3 } } });
    assert.equal(JSON.stringify(extensions).includes('"inputTokens":7'), true);
  });
});
