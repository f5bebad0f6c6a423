import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { toBitPlanes } from '../../../src/storage/sqlite/bit-planes.ts';
import { toBits } from '../../../src/storage/sqlite/quantized.ts';
import { seededRandom } from '../../support/random.ts';

describe('the planes of a query', () => {
  test('begin with the signs that stored passages are known by', () => {
    const random = seededRandom(1);
    for (const length of [1, 64, 512, 1_000]) {
      const vector = Float32Array.from({ length }, () => Math.round(10 * (random() - 0.5)));
      assert.deepEqual(toBitPlanes(vector)[0], toBits(vector), String(length));
    }
  });

  test('of opposite components are opposites', () => {
    const components = [0.01, 0.3, 0.5, 0.77, 1];
    const planes = toBitPlanes(Float32Array.from(components.flatMap((component) => [component, -component])));
    for (const [place, plane] of planes.entries()) {
      for (const pair of components.keys()) {
        const [one, other] = [2 * pair, 2 * pair + 1].map((at) => ((plane[at >> 3] ?? 0) >> (at & 7)) & 1);
        // Components that lie on the edge of a level belong to the one below.
        if (components[pair] !== 0.5 && components[pair] !== 1) assert.notEqual(one, other, `plane ${String(place)}`);
      }
    }
  });

  test('of a vector without direction say nothing', () => {
    assert.deepEqual(toBitPlanes(new Float32Array(128))[0], new Uint8Array(16));
  });
});
