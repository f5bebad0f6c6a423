import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { firstWords } from '../../src/conversation/titles.ts';
import { ModelFailure, type ChatRequest } from '../../src/models/chat.ts';
import { valueAt } from '../support/answer.ts';
import { eventually } from '../support/eventually.ts';
import { anEnd, saying, scriptedChat, type Script } from '../support/scripted-chat.ts';
import { APPEND, SEND, startSkein, threadWith, type TestSkein } from '../support/skein.ts';

const READ = `query ($id: ID!) { thread(id: $id) { title version } }`;
const UPDATE = `mutation ($input: UpdateThreadInput!) { updateThread(input: $input) { thread { title } } }`;
const REGENERATE = `mutation ($input: RegenerateReplyInput!) { regenerateReply(input: $input) { failure { code } } }`;
const QUESTION = 'Why does my bread come out of the oven so flat and so pale, whatever flour it is that I buy?';

const isTitle = ({ turns }: ChatRequest) => turns[0]?.content.startsWith('Give this conversation a title') === true;

/** A model with one script for titles, and one for replies. */
const titling = (title: Script, reply: Script = () => saying('Because of the yeast.')) =>
  scriptedChat((request, signal) => (isTitle(request) ? title : reply)(request, signal));

async function* failing() {
  await Promise.resolve();
  yield { kind: 'delta' as const, text: 'Half a ti' };
  throw new ModelFailure('RATE_LIMITED', 'Slow down.', { retryable: true });
}

async function titleOf(skein: TestSkein, id: string): Promise<unknown> {
  return eventually('a title', async () => valueAt((await skein.ask(READ, { id })).data, 'thread.title'));
}

async function send(skein: TestSkein, threadId: string, content: string | null = QUESTION) {
  const { errors } = await skein.ask(SEND, { input: { threadId, content } });
  assert.equal(errors, undefined);
}

describe('a thread without a title', () => {
  it('gets one from the model, without quotation marks, on one line, of at most 60 characters', async () => {
    for (const [told, title] of [
      ['“Flat bread”\n', 'Flat bread'],
      ['Flat bread\nwith an explanation', 'Flat bread'],
      [`Flat ${'bread '.repeat(20)}`, `Flat ${'bread '.repeat(8)}bread…`],
    ] as const) {
      await using skein = await startSkein({ chat: titling(() => saying(told)) });
      const id = await threadWith(skein, []);
      await send(skein, id);
      assert.equal(await titleOf(skein, id), title);
    }
  });

  it('gets the first words of its first message when the model gives none', async () => {
    for (const script of [failing, () => saying(' '), () => saying()]) {
      await using skein = await startSkein({ chat: titling(script) });
      const id = await threadWith(skein, []);
      await send(skein, id);
      assert.equal(await titleOf(skein, id), 'Why does my bread come out of the oven so flat and so…');
    }
  });

  it('gets one on the built-in model, too', async () => {
    await using skein = await startSkein();
    const id = await threadWith(skein, []);
    await send(skein, id, 'Where is the key?');
    assert.equal(await titleOf(skein, id), 'Where is the key?');
  });

  it('gets one once, after the first exchange that is whole: not a failed one, nor one that asks for tools', async () => {
    let replies = 0;
    const chat = titling(
      () => saying('A title'),
      async function* () {
        replies += 1;
        if (replies === 1) throw new ModelFailure('UNAVAILABLE', 'Not now.', { retryable: true });
        await Promise.resolve();
        if (replies === 2) {
          yield anEnd({ finishReason: 'tool_calls', toolCalls: [{ id: 'c', name: 'f', arguments: '{}' }] });
        } else yield* saying('Whole.');
      },
    );
    await using skein = await startSkein({ chat });
    const id = await threadWith(skein, []);
    await send(skein, id);
    await skein.ask(REGENERATE, { input: { threadId: id } });
    await skein.ask(APPEND, { input: { threadId: id, messages: [{ role: 'TOOL', content: 'x', toolCallId: 'c' }] } });
    assert.equal(chat.requests.filter(isTitle).length, 0);
    await send(skein, id, null);
    assert.equal(await titleOf(skein, id), 'A title');
    await send(skein, id, 'And then?');
    assert.equal(chat.requests.filter(isTitle).length, 1);
  });

  it('keeps the title that somebody gives it meanwhile', async () => {
    const asked = Promise.withResolvers<undefined>();
    const given = Promise.withResolvers<undefined>();
    const chat = titling(async function* () {
      asked.resolve(undefined);
      await given.promise;
      yield* saying('The model’s');
    });
    await using skein = await startSkein({ chat });
    const id = await threadWith(skein, []);
    await send(skein, id);
    await asked.promise;
    await skein.ask(UPDATE, { input: { id, title: 'Mine' } });
    given.resolve(undefined);
    // A stop waits for what is done in the background.
    await skein.skein.services.sending.close(5_000);
    const { data } = await skein.ask(READ, { id });
    assert.deepEqual(data, { thread: { title: 'Mine', version: 2 } });
  });

  it('holds up no stop: then it gets the first words', async () => {
    const asked = Promise.withResolvers<undefined>();
    const chat = titling(async function* (_, signal) {
      asked.resolve(undefined);
      await new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          reject(new Error('stopped'));
        });
      });
      yield anEnd();
    });
    await using skein = await startSkein({ chat });
    const id = await threadWith(skein, []);
    await send(skein, id, 'Where is the key?');
    await asked.promise;
    await skein.skein.services.sending.close(0);
    const { data } = await skein.ask(READ, { id });
    assert.equal(valueAt(data, 'thread.title'), 'Where is the key?');
  });
});

describe('the first words of a text', () => {
  it('are its first line, cut between words where there are any', () => {
    assert.equal(firstWords('  Hello   there \n you'), 'Hello there');
    assert.equal(firstWords('文'.repeat(80)), `${'文'.repeat(59)}…`);
    assert.equal(firstWords('🦊'.repeat(60)), '🦊'.repeat(60));
    assert.equal(firstWords(' \n '), '');
  });
});
