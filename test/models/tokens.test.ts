import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countTokens as countO200k } from 'gpt-tokenizer/encoding/o200k_base';
import { countTokens as countCl100k } from 'gpt-tokenizer/encoding/cl100k_base';

import { estimateTokens, tokenCounterFor } from '../../src/models/tokens.ts';

const PROSE = 'The quick brown fox — jumps over the lazy dog, «naïvely» 🦊; and so on it went.\n'.repeat(40);

test('models are counted with their own tokenizer', async () => {
  for (const [model, count] of [
    ['gpt-4o', countO200k],
    ['gpt-4o-mini-2024-07-18', countO200k],
    ['gpt-4.1-nano', countO200k],
    ['gpt-5.2', countO200k],
    ['o3-mini', countO200k],
    ['openai/gpt-oss-20b', countO200k],
    ['ft:gpt-4o-mini:acme::1', countO200k],
    ['gpt-4', countCl100k],
    ['GPT-4-turbo', countCl100k],
    ['gpt-35-turbo', countCl100k],
    ['text-embedding-3-small', countCl100k],
  ] as const) {
    const counter = await tokenCounterFor(model);
    assert.equal(counter('Grüße aus Köln, 日本!'), count('Grüße aus Köln, 日本!'), model);
    assert.notEqual(counter, estimateTokens, model);
    const exact = count(PROSE);
    assert.ok(
      Math.abs(counter(PROSE) - exact) <= exact * 0.02,
      `${model}: ${String(counter(PROSE))} for ${String(exact)}`,
    );
  }
});

test('a model whose tokenizer is not known is estimated', async () => {
  for (const model of ['llama3.2', 'mistral-large', 'my-deployment', 'gpt-4others', 'o1x', '']) {
    assert.equal(await tokenCounterFor(model), estimateTokens, model);
  }
});

test('text that looks like a control token is counted as text', async () => {
  const count = await tokenCounterFor('gpt-4o');
  assert.ok(count('<|endoftext|>') > 1);
});

test('a megabyte without a space is counted in good time', async () => {
  const count = await tokenCounterFor('gpt-4o');
  for (const character of ['a', '文', '🦊']) {
    const text = character.repeat(1_000_000 / Buffer.byteLength(character));
    assert.ok(count(text) > text.length / 20);
  }
});

test('an estimate is not far below what the tokenizers count', () => {
  for (const text of [PROSE, '日本語の文章です。'.repeat(20), 'Это предложение на русском языке. '.repeat(20)]) {
    assert.ok(estimateTokens(text) >= 0.9 * countO200k(text));
  }
});
