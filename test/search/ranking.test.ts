import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newThreadId, type MessageKey, type ThreadKey } from '../../src/core/ids.ts';
import { rank, type Candidate } from '../../src/search/ranking.ts';
import type { SearchField, WordCounts } from '../../src/storage/candidates.ts';
import { aMessageId, aScope } from '../support/builders.ts';

const { owner } = aScope();
const aThreadKey = (): ThreadKey => ({ owner, thread: newThreadId(owner, null) });

function aCandidate(fields: Partial<Candidate> = {}, thread = aThreadKey()): Candidate {
  return { key: { ...thread, message: aMessageId() }, counts: null, nearness: null, ...fields };
}

/** Counts of a message of 20 words, one entry a term. */
function found(...terms: readonly Partial<Record<SearchField, number>>[]): WordCounts {
  const none = { text: 0, author: 0, said: 0, previous: 0, earlier: 0, next: 0 };
  return { length: 20, terms: terms.map((term) => ({ ...none, ...term })), fingerprint: null };
}

const near = (cosine: number) => ({ cosine, passage: { start: 0, end: 1 } });

const order = (candidates: readonly Candidate[], statistics: Parameters<typeof rank>[1]['statistics'] = null) =>
  rank(candidates, { mode: 'HYBRID', meaningWeight: 0.5, statistics }).map(({ key }) =>
    candidates.findIndex((candidate) => candidate.key === key),
  );

describe('the ranking', () => {
  test('puts a word in the text before one in the message before, and that before one in the message after', () => {
    const candidates = [{ next: 1 }, { earlier: 1 }, { previous: 1 }, { text: 1 }].map((term) =>
      aCandidate({ counts: found(term) }),
    );
    assert.deepEqual(order(candidates), [3, 2, 1, 0]);
  });

  test('puts two words before one that is repeated', () => {
    const candidates = [found({ text: 9 }, {}), found({ text: 1 }, { text: 1 })].map((counts) =>
      aCandidate({ counts }),
    );
    assert.deepEqual(order(candidates), [1, 0]);
  });

  test('puts a rare word before a common one, where the engine can tell them', () => {
    const candidates = [found({ text: 1 }, {}), found({}, { text: 1 })].map((counts) => aCandidate({ counts }));
    assert.deepEqual(order(candidates, { messages: 1_000, frequencies: [900, 3] }), [1, 0]);
  });

  test('puts the shorter of two messages with the same words first', () => {
    const candidates = [{ ...found({ text: 1 }), length: 200 }, found({ text: 1 })].map((counts) =>
      aCandidate({ counts }),
    );
    assert.deepEqual(order(candidates), [1, 0]);
  });

  test('weighs meaning as the embedder deserves', () => {
    const candidates = [aCandidate({ nearness: near(0.9) }), aCandidate({ counts: found({ text: 1 }) })];
    const first = (meaningWeight: number) =>
      rank(candidates, { mode: 'HYBRID', meaningWeight, statistics: null })[0]?.key === candidates[0]?.key;
    assert.equal(first(1), true);
    assert.equal(first(0.1), false);
  });

  test('raises what stands in a thread with other hits', () => {
    const thread = aThreadKey();
    const candidates = [
      aCandidate({ nearness: near(0.5) }),
      aCandidate({ nearness: near(0.5) }, thread),
      aCandidate({ nearness: near(0.45) }, thread),
    ];
    assert.equal(order(candidates)[0], 1);
  });

  test('leaves out what fits not at all', () => {
    assert.deepEqual(order([aCandidate(), aCandidate({ nearness: near(0.1), counts: found({}) })]), []);
  });

  test('gives scores in 0 to 1 that do not depend on the other hits', () => {
    const one = aCandidate({ counts: found({ text: 2 }), nearness: near(0.6) });
    const scoreBeside = (others: readonly Candidate[]) =>
      rank([one, ...others], { mode: 'HYBRID', meaningWeight: 0.5, statistics: null }).find(
        ({ key }) => key === one.key,
      )?.score;
    const alone = scoreBeside([]);
    const better = aCandidate({ counts: found({ text: 50, author: 50 }), nearness: near(1) });
    assert(alone !== undefined && alone > 0 && alone < 1);
    assert.equal(scoreBeside([better, better]), alone);
    const [best] = rank([better, aCandidate({ nearness: near(1.1) })], {
      mode: 'HYBRID',
      meaningWeight: 1,
      statistics: null,
    });
    assert(best !== undefined && best.score <= 1);
  });

  test('tells the parts of a score, and only those that the mode asks about', () => {
    const candidate = aCandidate({ counts: found({ text: 1 }), nearness: near(0.6) });
    const parts = (mode: 'KEYWORD' | 'MEANING' | 'HYBRID') => {
      const [ranked] = rank([candidate], { mode, meaningWeight: 0.5, statistics: null });
      return [ranked?.keywordScore != null, ranked?.meaningScore != null];
    };
    assert.deepEqual(parts('HYBRID'), [true, true]);
    assert.deepEqual(parts('KEYWORD'), [true, false]);
    assert.deepEqual(parts('MEANING'), [false, true]);
  });

  test('puts equals in the same order each time', () => {
    const candidates = Array.from({ length: 20 }, () => aCandidate({ nearness: near(0.5) }));
    const keys = (list: readonly Candidate[]): MessageKey[] =>
      rank(list, { mode: 'HYBRID', meaningWeight: 0.5, statistics: null }).map(({ key }) => key);
    assert.deepEqual(keys(candidates), keys(candidates.toReversed()));
  });
});
