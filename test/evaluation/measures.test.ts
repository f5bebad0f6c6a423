import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { mean, measure } from '../../src/evaluation/measures.ts';

describe('the measures of an evaluation', () => {
  it('are all 1 for the evidence at the top', () => {
    const perfect = measure(['a', 'b', 'x'], new Set(['a', 'b']));
    assert.deepEqual(perfect, { recall5: 1, recall10: 1, recall20: 1, all10: 1, ndcg10: 1, reciprocalRank: 1 });
  });

  it('are all 0 when nothing was found', () => {
    const nothing = measure([], new Set(['a']));
    assert.deepEqual(nothing, { recall5: 0, recall10: 0, recall20: 0, all10: 0, ndcg10: 0, reciprocalRank: 0 });
  });

  it('tell how far down the evidence is', () => {
    const ranked = ['x', 'a', 'x2', 'x3', 'x4', 'b'];
    const measures = measure(ranked, new Set(['a', 'b']));
    assert.equal(measures.recall5, 0.5);
    assert.equal(measures.recall10, 1);
    assert.equal(measures.reciprocalRank, 0.5);
    const gain = 1 / Math.log2(3) + 1 / Math.log2(7);
    assert.equal(measures.ndcg10, gain / (1 + 1 / Math.log2(3)));
  });

  it('are averaged over questions', () => {
    const both = mean([measure(['a'], new Set(['a'])), measure([], new Set(['a']))]);
    assert.equal(both.recall5, 0.5);
    assert.equal(mean([]).recall5, 0);
  });
});
