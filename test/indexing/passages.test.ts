import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { cutPassages } from '../../src/indexing/passages.ts';

const cut = (text: string, longest: number) =>
  Array.from(cutPassages(text, longest), ({ start, end }) => text.slice(start, end));

describe('passages', () => {
  test('are sentences, short ones joined', () => {
    const text = 'Yes. The kayak has a leak at its stern, since May. We should mend it before the summer begins. Ok!';
    assert.deepEqual(cut(text, 400), [
      'Yes. The kayak has a leak at its stern, since May.',
      'We should mend it before the summer begins. Ok!',
    ]);
  });

  test('of a short text are the text', () => {
    assert.deepEqual(cut('  Ok, fine. ', 400), ['Ok, fine.']);
    assert.deepEqual(cut('', 400), []);
    assert.deepEqual(cut(' \n ', 400), []);
  });

  test('are cut at words where there is no end of a sentence, and inside of one where there is no space', () => {
    assert(cut('word '.repeat(200), 60).every((passage) => /^(?:word ?)+$/.test(passage) && passage.length <= 60));
    const emoji = cut('😀'.repeat(100), 33);
    assert.equal(emoji.join(''), '😀'.repeat(100));
    assert(emoji.every((passage) => passage.isWellFormed() && passage.length <= 33));
  });

  test('know the ends of sentences of Chinese and Japanese', () => {
    const sentence = '今日は天気がとても良いので、みんなで公園に行きました。';
    assert.deepEqual(cut(sentence.repeat(3), 60), [sentence, sentence, sentence]);
  });

  test('leave out nothing but white space, follow each other, and are never too long', () => {
    const texts = [
      `${'One two three. '.repeat(300)}\n\n# Title\n- item\n- item, 3.5 of it\n${'x'.repeat(999)} end`,
      'No end at all '.repeat(500),
      '{"a":[1,2,3]}\n'.repeat(400),
    ];
    for (const text of texts) {
      for (const longest of [40, 400, 4_000]) {
        const passages = [...cutPassages(text, longest)];
        let last = 0;
        for (const { start, end } of passages) {
          assert.match(text.slice(last, start), /^\s*$/);
          assert(end > start && end - start <= longest);
          last = end;
        }
        assert.match(text.slice(last), /^\s*$/);
      }
    }
  });

  test('of a megabyte are not many more than its length asks for', () => {
    const text = 'Short line.\n'.repeat(87_000);
    const passages = [...cutPassages(text, 400)];
    assert(passages.length < 1.2 * (text.length / 400), String(passages.length));
  });
});
