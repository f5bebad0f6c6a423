import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { z } from 'zod';
import { estimateTokens } from '../../src/models/tokens.ts';
import type { ChatRequest } from '../../src/models/chat.ts';
import { quoteSources } from '../../src/models/quote-sources.ts';
import { valueAt } from '../support/answer.ts';
import { saying, scriptedChat } from '../support/scripted-chat.ts';
import { APPEND, startSkein, threadWith, type TestSkein, type Who } from '../support/skein.ts';

const BUDGET = 6_000;
const INSTRUCTIONS = 'You are terse, and you never forget the harbour.';

const SEND = `mutation ($input: SendMessageInput!) { sendMessage(input: $input) {
  userMessage { seq } reply { seq metadata recalled { content } } failure { message } } }`;

const sent = z.object({
  userMessage: z.object({ seq: z.number() }),
  reply: z.object({ metadata: z.record(z.string(), z.unknown()), recalled: z.array(z.unknown()) }),
});

/** What a request takes of the budget, as it is documented: texts, and four tokens a turn. */
const tokensOf = ({ turns, sources, tools = [] }: ChatRequest): number =>
  (tools.length === 0 ? 0 : estimateTokens(JSON.stringify(tools))) +
  turns.reduce((sum, { content }) => sum + 4 + estimateTokens(content), 0) +
  (sources.length === 0 ? 0 : 4 + estimateTokens(quoteSources(sources)));

describe('a conversation longer than the model’s budget', () => {
  let skein: TestSkein;
  const chat = scriptedChat(() => saying('Aye.'));
  before(async () => {
    skein = await startSkein({ chat, env: { SKEIN_HISTORY_TOKENS: String(BUDGET) } });
  });
  after(() => skein[Symbol.asyncDispose]());

  const lastRequest = (): ChatRequest => chat.requests.at(-1) ?? assert.fail('The model was not asked.');

  async function aThreadOf(count: number, content: (at: number) => string, who: Who = {}): Promise<string> {
    const threadId = await threadWith(skein, [], { title: 'Long', instructions: INSTRUCTIONS, who });
    for (let at = 0; at < count; at += 100) {
      const messages = Array.from({ length: Math.min(100, count - at) }, (_, place) => ({
        role: place % 2 === 0 ? 'USER' : 'ASSISTANT',
        content: content(at + place + 1),
      }));
      const { errors } = await skein.ask(APPEND, { input: { threadId, messages } }, who);
      assert.equal(errors, undefined);
    }
    return threadId;
  }

  async function send(threadId: string, content: string, more: object = {}, who: Who = {}) {
    const { data } = await skein.ask(SEND, { input: { threadId, content, ...more } }, who);
    assert.equal(valueAt(data, 'sendMessage.failure'), null);
    return sent.parse(valueAt(data, 'sendMessage'));
  }

  it('is shown as far back as fits, page after page, with the instructions always; the reply says from where on', async () => {
    const threadId = await aThreadOf(900, (at) => `Message number ${String(at)} of the log.`);
    const { reply, userMessage } = await send(threadId, 'And now?');
    const [instructions, oldest, ...rest] = lastRequest().turns;
    assert.equal(instructions?.content, INSTRUCTIONS);
    const from = Number(reply.metadata['skein.historyFrom']);
    assert.equal(oldest?.content, `Message number ${String(from)} of the log.`);
    assert.equal(rest.length, userMessage.seq - from);
    const taken = tokensOf(lastRequest());
    assert.ok(taken <= BUDGET && taken > BUDGET - 20, `${String(taken)} of ${String(BUDGET)} tokens`);
    assert.ok(rest.length > 300, 'more than three pages were read');
  });

  it('that fits as a whole is shown as a whole, and nothing is said to be left out', async () => {
    const threadId = await aThreadOf(250, (at) => String(at));
    const { reply } = await send(threadId, 'And now?');
    assert.equal(lastRequest().turns.length, 252);
    assert.deepEqual(reply.metadata, {});
  });

  it('shares the budget with what is recalled and with the tools on offer', async () => {
    const who = { user: 'keeper' };
    for (let thread = 0; thread < 6; thread += 1) {
      await threadWith(skein, [`The lighthouse keeper ${String(thread)} said: ${'fog, '.repeat(600)}.`], { who });
    }
    await skein.indexed();
    const threadId = await aThreadOf(200, (at) => `Message number ${String(at)} of the log, which is longer.`, who);
    const tools = [{ name: 'look_up', description: 'Looks something up. '.repeat(100) }];
    const more = { recall: { topK: 6, neighbours: 0 }, tools };
    const { reply } = await send(threadId, 'What did the lighthouse keeper say?', more, who);
    const request = lastRequest();
    assert.ok(tokensOf(request) <= BUDGET, String(tokensOf(request)));
    assert.ok(request.sources.length > 0 && request.sources.length < 6, String(request.sources.length));
    assert.equal(reply.metadata['skein.recallLeftOut'], String(6 - request.sources.length));
    assert.equal(reply.recalled.length, request.sources.length, 'what the model was not shown is not listed');
    assert.deepEqual(
      request.sources.map(({ number }) => number),
      request.sources.map((_, at) => at + 1),
    );
    assert.ok(request.turns.length > 40, 'the conversation keeps at least half of the budget');
  });
});
