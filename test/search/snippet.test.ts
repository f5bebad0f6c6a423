import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { cutSnippet } from '../../src/search/snippet.ts';

const at = (content: string, part: string) => {
  const start = content.indexOf(part);
  return { start, end: start + part.length };
};

describe('a snippet', () => {
  test('of a short content is the content', () => {
    assert.equal(cutSnippet('A red kayak.', { start: 2, end: 5 }, 20), 'A red kayak.');
    assert.equal(cutSnippet('', { start: 0, end: 0 }, 20), '');
  });

  test('shows the part that fits best, with whole words and a sign where it is cut', () => {
    const content = `${'Word '.repeat(200)}the kayak leaks ${'word '.repeat(200)}`;
    const snippet = cutSnippet(content, at(content, 'kayak'), 60);
    assert.match(snippet, /^…(\w+ )+the kayak leaks( \w+)+…$/);
    assert(snippet.length <= 60 && snippet.length > 40, String(snippet.length));
    for (const word of snippet.replaceAll('…', '').split(' ')) assert.match(word, /^(?:[Ww]ord|the|kayak|leaks)$/);
  });

  test('at the beginning or end of a content is cut on one side only', () => {
    const content = `kayak ${'word '.repeat(100)}paddle`;
    assert.match(cutSnippet(content, at(content, 'kayak'), 40), /^kayak word.*word…$/);
    assert.match(cutSnippet(content, at(content, 'paddle'), 40), /^…word.*word paddle$/);
  });

  test('is one line without control characters or marks that turn the writing', () => {
    const content = 'one\r\n\ttwo\u0007\u202e three\u2066 four\u0000';
    assert.equal(cutSnippet(content, { start: 0, end: 3 }, 100), 'one two three four');
  });

  test('never breaks a character as people see it, nor leaves half of one', () => {
    const content = '👩‍👩‍👧'.repeat(200);
    for (const length of [20, 21, 22, 23, 50]) {
      const snippet = cutSnippet(content, { start: 8 * 50, end: 8 * 51 }, length);
      assert(snippet.length <= length);
      assert.match(snippet, /^…?(?:👩‍👩‍👧)*…?$/u);
    }
    assert.equal(cutSnippet('\ud83d broken', { start: 2, end: 8 }, 40).isWellFormed(), true);
  });

  test('is never longer than asked, whatever the content and the part', () => {
    const contents = ['a'.repeat(5_000), 'ab '.repeat(2_000), '東京'.repeat(1_000), `${' '.repeat(3_000)}x`];
    for (const content of contents) {
      for (let start = 0; start < content.length; start += 611) {
        for (const length of [20, 200, 2_000]) {
          const snippet = cutSnippet(content, { start, end: Math.min(content.length, start + 300) }, length);
          assert(snippet.length <= length, `${String(snippet.length)} of ${String(length)}`);
        }
      }
    }
  });
});
