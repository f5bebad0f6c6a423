import type { DatabaseSync } from 'node:sqlite';
import { statement } from './connection.ts';
import { placesOf } from './passage-blocks.ts';
import { bytesOfBits } from './quantized.ts';
import { bytes } from './rows.ts';
import type { TextScope } from './scoped-terms.ts';

const OF_OWNER = 'SELECT places, bits FROM passage_blocks WHERE owner_row = ?';
const OF_TENANT = 'SELECT places, bits FROM passage_blocks WHERE tenant_row = ?';

/** All passages of a scope, those first that differ from the query in the fewest bits. */
export function nearestPassages(
  db: DatabaseSync,
  { tenantRow, ownerRow }: TextScope,
  query: Uint8Array,
  dimensions: number,
): Float64Array {
  const words = bytesOfBits(dimensions) / 4;
  const wanted = wordsOf(query);
  const found: { places: Float64Array; distances: Uint16Array }[] = [];
  // By distance: counted first, then each passage goes to its place (a counting sort).
  const counts = new Uint32Array(dimensions + 2);
  const blocks =
    ownerRow === null ? statement(db, OF_TENANT).iterate(tenantRow) : statement(db, OF_OWNER).iterate(ownerRow);
  for (const row of blocks) {
    const places = placesOf(row);
    const bits = wordsOf(bytes(row, 'bits'));
    const distances = new Uint16Array(places.length);
    for (let slot = 0; slot < places.length; slot += 1) {
      if (places[slot] === 0) continue;
      const distance = differingBits(bits, slot * words, wanted, words);
      distances[slot] = distance;
      counts[distance + 1] = (counts[distance + 1] ?? 0) + 1;
    }
    found.push({ places, distances });
  }
  for (let distance = 1; distance < counts.length; distance += 1) {
    counts[distance] = (counts[distance] ?? 0) + (counts[distance - 1] ?? 0);
  }
  const sorted = new Float64Array(counts[counts.length - 1] ?? 0);
  for (const { places, distances } of found) {
    for (let slot = 0; slot < places.length; slot += 1) {
      const place = places[slot] ?? 0;
      if (place === 0) continue;
      const distance = distances[slot] ?? 0;
      const at = counts[distance] ?? 0;
      sorted[at] = place;
      counts[distance] = at + 1;
    }
  }
  return sorted;
}

function wordsOf(stored: Uint8Array): Uint32Array {
  const aligned = stored.byteOffset % 4 === 0 ? stored : stored.slice();
  return new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / 4);
}

/** Counts the set bits of each word's difference in parallel (H. S. Warren, "Hacker's Delight", 5-1). */
function differingBits(bits: Uint32Array, from: number, wanted: Uint32Array, words: number): number {
  let sum = 0;
  for (let at = 0; at < words; at += 1) {
    let word = (bits[from + at] ?? 0) ^ (wanted[at] ?? 0);
    word -= (word >>> 1) & 0x55555555;
    word = (word & 0x33333333) + ((word >>> 2) & 0x33333333);
    sum += Math.imul((word + (word >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
  }
  return sum;
}
