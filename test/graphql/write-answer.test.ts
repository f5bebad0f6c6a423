import assert from 'node:assert/strict';
import { test } from 'node:test';
import { writeAnswer } from '../../src/graphql/write-answer.ts';

test('a large answer is the JSON that a small one would be', async () => {
  const texts = ['"quoted"\n\\ \u2028 ', '\ud800 half', '日本 😀', '\u0000\u001f\u007f', ''];
  const data = {
    list: texts.map((text) => ({ text, none: null, left: undefined, flag: false, count: 1.5, empty: [], map: {} })),
    long: texts.join('').repeat(50_000),
  };
  const answer = { data, extensions: { cost: { total: 0.25 } } };
  assert.equal(await writeAnswer(answer), `${JSON.stringify(answer)}\n`);
});
