import assert from 'node:assert/strict';
import { test } from 'node:test';

import { quantizedColumns } from '../../../src/models/local/quantized-columns.ts';

function quantized(matrix: Float32Array, columns: number): { values: Int8Array; steps: number[] } {
  const { values, scales } = quantizedColumns(new Uint8Array(matrix.buffer), columns);
  const view = new DataView(scales.buffer);
  return {
    values: new Int8Array(values.buffer),
    steps: Array.from({ length: columns }, (_, column) => view.getFloat32(column * 4, true)),
  };
}

test('a weight is kept to half a step of its column, however large those of other columns are', () => {
  const columns = 3;
  const matrix = Float32Array.from({ length: 90 }, (_, at) => Math.sin(at * 7) * 1000 ** (at % columns));
  const { values, steps } = quantized(matrix, columns);
  for (const [at, weight] of matrix.entries()) {
    const step = steps[at % columns] ?? Number.NaN;
    const kept = (values[at] ?? Number.NaN) * step;
    assert.ok(Math.abs(kept - weight) <= step * 0.5001, `${String(at)}: ${String(kept)} for ${String(weight)}`);
  }
  const [small = 0, middle = 0, large = 0] = steps;
  assert.ok(large > 100 * middle && middle > 100 * small);
});

test('the products of two neighbours with unsigned bytes fit in sixteen bits, in which some processors add them', () => {
  const { values } = quantized(Float32Array.from([9, 9, -9, -9, 1, -8, 2, 1]), 2);
  assert.equal(values.length, 8);
  for (const column of [0, 1]) {
    for (const row of [0, 2]) {
      const pair = [values[row * 2 + column] ?? 0, values[(row + 1) * 2 + column] ?? 0];
      assert.ok(255 * pair.reduce((sum, value) => sum + Math.abs(value), 0) < 2 ** 15, String(pair));
    }
  }
});

test('a large weight with a small neighbour has nearly all of the byte', () => {
  const { values } = quantized(Float32Array.from([100, 1, 1, 1]), 1);
  assert.deepEqual([...values], [126, 1, 1, 1]);
});

test('a column of zeros stays one', () => {
  const { values, steps } = quantized(Float32Array.from([0, 2, 0, -2]), 2);
  assert.deepEqual([...values], [0, 64, 0, -63]);
  assert.ok(steps.every((step) => Number.isFinite(step) && step > 0));
});
