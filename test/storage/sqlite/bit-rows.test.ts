import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import startWabt from 'wabt';
import { toBitPlanes } from '../../../src/storage/sqlite/bit-planes.ts';
import { openBitRows } from '../../../src/storage/sqlite/bit-rows.ts';
import { seededRandom } from '../../support/random.ts';

const FOLDER = new URL('../../../src/storage/sqlite/', import.meta.url);

function randomBytes(length: number, random: () => number): Uint8Array {
  return Uint8Array.from({ length }, () => Math.floor(random() * 256));
}

/** Counted one by one: what the fast way must agree with. */
function differingBits(one: Uint8Array, other: Uint8Array): number {
  return one.reduce((sum, byte, at) => {
    let differing = byte ^ (other[at] ?? 0);
    let count = 0;
    for (; differing > 0; differing >>= 1) count += differing & 1;
    return sum + count;
  }, 0);
}

/** The sixteen levels that a query's components are taken for, from −7.5 to 7.5 for the largest. */
function levelsOf(query: Float32Array): number[] {
  const largest = query.reduce((most, component) => Math.max(most, Math.abs(component)), 0);
  return Array.from(query, (component) => Math.max(-7.5, Math.ceil((8 * component) / largest) - 0.5));
}

function isSet(row: Uint8Array, bit: number): boolean {
  return (((row[bit >> 3] ?? 0) >> (bit & 7)) & 1) === 1;
}

describe('rows of bits', () => {
  test('the compiled comparison is that of its source', async () => {
    const { parseWat } = await startWabt();
    const source = parseWat('hamming.wat', readFileSync(new URL('hamming.wat', FOLDER), 'utf8'), { simd: true });
    const { buffer } = source.toBinary({});
    assert.deepEqual(new Uint8Array(readFileSync(new URL('hamming.wasm', FOLDER))), buffer, 'npm run generate');
  });

  for (const rowBytes of [16, 64, 384]) {
    test(`the nearest rows of ${String(rowBytes)} bytes are those that differ in the fewest bits`, () => {
      const random = seededRandom(rowBytes);
      const rows = openBitRows(rowBytes);
      const all = Array.from({ length: 3_000 }, (_, row) => ({
        passage: row + 1,
        bits: randomBytes(rowBytes, random),
      }));
      for (let row = 0; row < all.length; row += 100) {
        const some = all.slice(row, row + 100);
        const bits = Uint8Array.from(some.flatMap((one) => [...one.bits]));
        rows.put(
          row,
          Float64Array.from(some, ({ passage }) => passage),
          bits,
        );
      }
      // As far as comparing goes, nothing is nearer than what has been taken away.
      const query = all[70]?.bits ?? new Uint8Array(rowBytes);
      rows.clear(50, 50);
      const expected = all
        .filter((_, row) => row < 50 || row >= 100)
        .map(({ passage, bits }) => ({ passage, distance: differingBits(bits, query) }))
        .sort((one, other) => one.distance - other.distance)
        .map(({ passage }) => passage);
      assert.deepEqual([...rows.nearest([query], 200)], expected.slice(0, 200));
      assert.deepEqual([...rows.nearest([query], 5_000)], expected);
      assert.deepEqual([...rows.nearest([query], 50_000)], expected);
    });

    test(`of rows of ${String(rowBytes)} bytes those come first whose bits have most of the query's components`, () => {
      const random = seededRandom(rowBytes);
      const rows = openBitRows(rowBytes);
      const bits = Array.from({ length: 1_000 }, () => randomBytes(rowBytes, random));
      rows.put(
        0,
        Float64Array.from(bits, (_, row) => row + 1),
        Uint8Array.from(bits.flatMap((row) => [...row])),
      );
      const query = Float32Array.from({ length: rowBytes * 8 }, () => random() - 0.5);
      const levels = levelsOf(query);
      const sums = bits.map((row) => levels.reduce((sum, level, at) => sum + (isSet(row, at) ? level : 0), 0));
      const sorted = sums.toSorted((one, other) => other - one);
      // Of 1,000 rows the signs leave all for 200 that are wanted.
      for (const wanted of [1_000, 200]) {
        const found = [...rows.nearest(toBitPlanes(query), wanted)].map((passage) => sums[passage - 1]);
        assert.deepEqual(found, sorted.slice(0, wanted));
      }
    });
  }

  test('rows too long for sums of all planes are put in order by the highest of them', () => {
    const rowBytes = 1_024;
    const rows = openBitRows(rowBytes);
    const [all, half, none] = [255, 15, 0].map((byte) => new Uint8Array(rowBytes).fill(byte));
    assert(all !== undefined && half !== undefined && none !== undefined);
    rows.put(0, Float64Array.of(1, 2, 3), Uint8Array.from([...none, ...all, ...half]));
    const query = new Float32Array(rowBytes * 8).fill(1);
    assert.deepEqual([...rows.nearest(toBitPlanes(query), 3)], [2, 3, 1]);
  });

  test('no rows have no nearest', () => {
    assert.equal(openBitRows(64).nearest([new Uint8Array(64)], 10).length, 0);
  });
});
