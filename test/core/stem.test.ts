import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stem } from '../../src/core/stem.ts';

test('words are cut to the stems that the paper gives', () => {
  // M. F. Porter, "An algorithm for suffix stripping": the examples of each step, taken through all steps.
  for (const [word, expected] of [
    ['caresses', 'caress'],
    ['ponies', 'poni'],
    ['cats', 'cat'],
    ['feed', 'feed'],
    ['agreed', 'agre'],
    ['plastered', 'plaster'],
    ['bled', 'bled'],
    ['motoring', 'motor'],
    ['sing', 'sing'],
    ['conflated', 'conflat'],
    ['hopping', 'hop'],
    ['falling', 'fall'],
    ['filing', 'file'],
    ['happy', 'happi'],
    ['sky', 'sky'],
    ['relational', 'relat'],
    ['vietnamization', 'vietnam'],
    ['hopefulness', 'hope'],
    ['triplicate', 'triplic'],
    ['electrical', 'electr'],
    ['revival', 'reviv'],
    ['adjustment', 'adjust'],
    ['adoption', 'adopt'],
    ['probate', 'probat'],
    ['rate', 'rate'],
    ['controller', 'control'],
    ['generalizations', 'gener'],
    ['oscillators', 'oscil'],
  ] as const) {
    assert.equal(stem(word), expected);
  }
});

test('what is no English word comes back as it is', () => {
  for (const word of ['at', 'ключи', 'v2s', 'Cats', '']) assert.equal(stem(word), word);
});
