import assert from 'node:assert/strict';
import { test } from 'node:test';

import { unigramTokenizer } from '../../../src/models/local/unigram-tokenizer.ts';
import { readVocabulary } from '../../../src/models/local/use-weights.ts';
import { published } from './published-encoder.ts';

// The six pieces that text never matches.
const controls = Array.from({ length: 6 }, (): [string, number] => ['', 0]);

const tokenize = unigramTokenizer(await readVocabulary());

test('a text is cut into the same pieces as by the published tokenizer', () => {
  for (const { text, ids } of published) assert.deepEqual(tokenize(text), ids, text);
});

test('of two ways to cut a text the one with the greater sum of scores wins, not the one with the longer first piece', () => {
  const small = unigramTokenizer([...controls, ['▁a', -1], ['▁ab', -2], ['bc', -1], ['c', -9], ['a', -9], ['b', -9]]);
  assert.deepEqual(small('abc'), [6, 8]);
});

test('any run of white space counts as one space, and none at the ends', () => {
  assert.deepEqual(tokenize('\n one \t two\r\n\r\nthree\u00a0four  '), tokenize('one two three four'));
});

test('a text of no characters is one space', () => {
  const [space] = tokenize('▁');
  assert.deepEqual(tokenize(''), [space]);
  assert.deepEqual(tokenize(' \n '), [space]);
});

test('neighbouring unknown characters share one unknown piece, halves of characters among them', () => {
  const [space] = tokenize('');
  assert.deepEqual(tokenize('🙂🙃'), [space, 0]);
  assert.deepEqual(tokenize('\ud83d'), [space, 0]);
  assert.deepEqual(tokenize('\ude00\ud83d\ude00\ud83d'), [space, 0]);
});

test('a text of 50,000 characters is tokenized in linear steps: a sentence said a thousand times is cut so each time', () => {
  const sentence = ' We will move the meeting to Thursday afternoon.';
  const once = tokenize(sentence);
  const often = tokenize(sentence.repeat(1042));
  assert.ok(sentence.length * 1042 > 50_000);
  assert.deepEqual(often, Array.from({ length: 1042 }, () => once).flat());
});
