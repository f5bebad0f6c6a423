import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { highlight } from '../../src/search/highlights.ts';

describe('highlights', () => {
  test('are the words of the content that are forms of the query’s, in order', async () => {
    const { highlights } = await highlight('We rent KAYAKS; a kayak costs 20.', ['kayak', 'renting'], null);
    assert.deepEqual(
      highlights.map(({ text }) => text),
      ['rent', 'KAYAKS', 'kayak'],
    );
    for (const { start, end, text } of highlights) {
      assert.equal('We rent KAYAKS; a kayak costs 20.'.slice(start, end), text);
    }
  });

  test('of a script without spaces are runs, without overlap', async () => {
    const { highlights } = await highlight('昨日は東京タワーへ行った', ['東京', '京タ', 'タワ', 'ワー'], null);
    assert.deepEqual(
      highlights.map(({ text }) => text),
      ['東京タワー'],
    );
  });

  test('the best part is where most different words of the query stand together', async () => {
    const content = `kayak kayak kayak ${'and so on '.repeat(40)}the red kayak leaks ${'and so on '.repeat(40)}leaks`;
    const { best } = await highlight(content, ['red', 'kayak', 'leak'], null);
    assert.equal(content.slice(best.start, best.end), 'red kayak leaks');
  });

  test('without words that match, the best part is the passage nearest in meaning', async () => {
    assert.deepEqual((await highlight('nothing here', ['kayak'], { start: 8, end: 12 })).best, { start: 8, end: 12 });
    assert.deepEqual((await highlight('nothing here', ['kayak'], null)).best, { start: 0, end: 0 });
  });

  test('are at most 100, those around the best part', async () => {
    const content = `${'kayak '.repeat(1_000)}red kayak ${'kayak '.repeat(1_000)}`;
    const { highlights, best } = await highlight(content, ['red', 'kayak'], null);
    assert.equal(highlights.length, 100);
    assert.ok(content.slice(best.start, best.end).includes('red'));
    const at = highlights.findIndex(({ text }) => text === 'red');
    assert.ok(at > 20 && at < 80, `in the middle of them, not at ${String(at)}`);
  });

  test('of stretches with as many words, the best part is the one that is near in meaning', async () => {
    const content = `kayak ${'and so on '.repeat(40)}kayak ${'and so on '.repeat(40)}kayak`;
    const second = content.indexOf('kayak', 10);
    const { best } = await highlight(content, ['kayak'], { start: second - 20, end: second + 20 });
    assert.deepEqual(best, { start: second, end: second + 5 });
  });

  test('are found wherever they stand in a long content', async () => {
    for (const [filler, word] of [
      ['lorem ipsum ', 'kayak'],
      ['東', '京'],
    ] as const) {
      const before = filler.repeat(40_000);
      const { highlights } = await highlight(`${before} ${word} ${before}`, [word], null);
      assert.deepEqual(highlights, [{ start: before.length + 1, end: before.length + 1 + word.length, text: word }]);
    }
  });
});
