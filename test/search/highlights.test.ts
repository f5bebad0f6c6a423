import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { highlight } from '../../src/search/highlights.ts';

describe('highlights', () => {
  test('are the words of the content that are forms of the query’s, in order', () => {
    const { highlights } = highlight('We rent KAYAKS; a kayak costs 20.', ['kayak', 'renting'], null);
    assert.deepEqual(
      highlights.map(({ text }) => text),
      ['rent', 'KAYAKS', 'kayak'],
    );
    for (const { start, end, text } of highlights) {
      assert.equal('We rent KAYAKS; a kayak costs 20.'.slice(start, end), text);
    }
  });

  test('of a script without spaces are runs, without overlap', () => {
    const { highlights } = highlight('昨日は東京タワーへ行った', ['東京', '京タ', 'タワ', 'ワー'], null);
    assert.deepEqual(
      highlights.map(({ text }) => text),
      ['東京タワー'],
    );
  });

  test('the best part is where most different words of the query stand together', () => {
    const content = `kayak kayak kayak ${'and so on '.repeat(40)}the red kayak leaks ${'and so on '.repeat(40)}leaks`;
    const { best } = highlight(content, ['red', 'kayak', 'leak'], null);
    assert.equal(content.slice(best.start, best.end), 'red kayak leaks');
  });

  test('without words that match, the best part is the passage nearest in meaning', () => {
    assert.deepEqual(highlight('nothing here', ['kayak'], { start: 8, end: 12 }).best, { start: 8, end: 12 });
    assert.deepEqual(highlight('nothing here', ['kayak'], null).best, { start: 0, end: 0 });
  });

  test('are at most 100', () => {
    assert.equal(highlight('kayak '.repeat(1_000), ['kayak'], null).highlights.length, 100);
  });
});
