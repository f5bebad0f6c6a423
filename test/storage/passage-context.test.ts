import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { inContext, wholeOf } from '../../src/storage/passage-context.ts';

const axis = (at: number) => Float32Array.from({ length: 4 }, (_, place) => (place === at ? 1 : 0));
const length = (vector: Float32Array) => Math.hypot(...vector);

describe('a passage in its context', () => {
  test('leans most to itself, then to what came just before, least to what is farther or after', () => {
    const own = axis(0);
    const surroundings = { whole: own, previous: axis(1), earlier: axis(2), next: axis(3) };
    const [itself = 0, previous = 0, earlier = 0, next = 0] = inContext(own, surroundings);
    assert(itself > previous && previous > earlier && earlier > 0);
    assert.equal(earlier, next);
  });

  test('without anything around it is itself', () => {
    const alone = inContext(axis(0), { whole: axis(0), previous: null, earlier: null, next: null });
    assert.deepEqual(alone, axis(0));
  });

  test('is of unit length, as is a whole message', () => {
    const around = { whole: axis(1), previous: axis(1), earlier: null, next: axis(3) };
    assert(Math.abs(length(inContext(axis(0), around)) - 1) < 1e-6);
    const whole = wholeOf([axis(0), axis(1), axis(1)]);
    assert(whole !== null && Math.abs(length(whole) - 1) < 1e-6);
    assert.equal(wholeOf([]), null);
  });
});
