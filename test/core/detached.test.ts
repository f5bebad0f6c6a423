import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { detached } from '../../src/core/detached.ts';
import { termOf } from '../../src/core/words.ts';
import { megabytesInUse } from '../support/heap.ts';

const TEXTS = 40;

/** Takes a long word from each of many texts of 1 MB. @returns how many megabytes that leaves in use */
function megabytesAfter(take: (word: string) => unknown): number {
  const before = megabytesInUse();
  const kept: unknown[] = [];
  for (let number = 0; number < TEXTS; number += 1) {
    const word = `${String.fromCharCode(97 + (number % 26))}xtraordinary${'z'.repeat(Math.floor(number / 26))}`;
    // Made from bytes, as a text that was read: one that is put together keeps its parts apart.
    const text = Buffer.from(`${word} ${'and so on '.repeat(100_000)}`).toString();
    kept.push(take(text.slice(0, word.length)));
  }
  const after = megabytesInUse();
  assert.equal(kept.length, TEXTS);
  return after - before;
}

describe('what is remembered of long texts', () => {
  test('a part keeps the text it was cut from, unless it is detached', () => {
    assert.ok(megabytesAfter((word) => word) > TEXTS / 2);
    assert.ok(megabytesAfter(detached) < TEXTS / 4);
    assert.equal(detached('Größe 東京 🎉'), 'Größe 東京 🎉');
  });

  test('the terms of their words do not keep them', () => {
    assert.ok(megabytesAfter(termOf) < TEXTS / 4);
    assert.ok(megabytesAfter((word) => termOf(Buffer.from(word.repeat(80_000)).toString())) < TEXTS / 4);
  });
});
