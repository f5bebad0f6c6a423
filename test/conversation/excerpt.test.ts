import assert from 'node:assert/strict';
import { test } from 'node:test';
import { excerptAround } from '../../src/conversation/excerpt.ts';

test('a short text is quoted whole, as it stands', () => {
  assert.equal(excerptAround('  if (a)\n    b();\n', { start: 3, end: 5 }, 100), '  if (a)\n    b();\n');
});

test('of a long text the part around what fits is quoted, cut between words, its lines as they are', () => {
  const text = `${'before it '.repeat(500)}\nthe kayak leaks\n${'after it '.repeat(500)}`;
  const start = text.indexOf('kayak');
  const excerpt = excerptAround(text, { start, end: start + 5 }, 200);
  assert.match(excerpt, /^… (before|it) /);
  assert.match(excerpt, /\nthe kayak leaks\n/);
  assert.match(excerpt, / (after|it) …$/);
  assert.ok(excerpt.length <= 204);
});

test('the beginning and the end of a text have nothing left out before or behind them', () => {
  const text = 'word '.repeat(1_000).trim();
  assert.match(excerptAround(text, { start: 0, end: 0 }, 50), /^word .*word …$/);
  assert.match(excerptAround(text, { start: text.length - 4, end: text.length }, 50), /^… word .*word$/);
});

test('a text without spaces is cut all the same, and no character in two', () => {
  for (const start of [998, 999]) {
    const excerpt = excerptAround('😀'.repeat(1_000), { start, end: start + 2 }, 99);
    assert.ok(excerpt.isWellFormed() && excerpt.length <= 104, excerpt);
  }
});
