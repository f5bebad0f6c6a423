import { CHUNK_BYTES, distancesOver, newMemory, PAGE_BYTES } from './hamming.ts';

/** Rows of bits side by side in memory, each a passage's, compared with a query's all at once. */
export type BitRows = {
  /** How many rows there are, those without a passage included. */
  readonly length: number;
  /** Bytes of memory that they take. */
  readonly bytes: number;
  /** Puts rows, from one on: the passage of each (0 for none) and all their bits. */
  put(row: number, passages: Float64Array, bits: Uint8Array): void;
  /** Takes the passages of some rows away. */
  clear(row: number, rows: number): void;
  /** Up to `wanted` passages, those first that differ from the query in the fewest bits. */
  nearest(query: Uint8Array, wanted: number): Float64Array;
};

const DISTANCE_BYTES = 2;

/** The most rows that room is made for at once beyond those at hand: 16 MB at 512 components. */
const LARGEST_STEP = 262_144;

/** @param rowBytes bytes of one row, a multiple of `CHUNK_BYTES` */
export function openBitRows(rowBytes: number): BitRows {
  const memory = newMemory();
  const distances = distancesOver(memory);
  // Passage rows fit: four thousand million of them would take terabytes.
  let passages = new Uint32Array();
  let length = 0;

  // The query is at the beginning of the memory, then come the rows, then their distances.
  const startOf = (row: number): number => rowBytes * (1 + row);

  /** Room for twice as many where there is none for these, so that it is seldom made. Rows stay where they are. */
  function makeRoom(rows: number): void {
    if (rows <= passages.length) return;
    const room = Math.max(rows, Math.min(2 * passages.length, passages.length + LARGEST_STEP));
    const pages = Math.ceil((startOf(room) + room * DISTANCE_BYTES) / PAGE_BYTES);
    memory.grow(Math.max(0, pages - memory.buffer.byteLength / PAGE_BYTES));
    const longer = new Uint32Array(room);
    longer.set(passages);
    passages = longer;
  }

  return {
    get length() {
      return length;
    },
    get bytes() {
      return memory.buffer.byteLength + passages.byteLength;
    },
    put(row, its, bits) {
      makeRoom(row + its.length);
      passages.set(its, row);
      new Uint8Array(memory.buffer).set(bits, startOf(row));
      length = Math.max(length, row + its.length);
    },
    clear(row, rows) {
      passages.fill(0, row, row + rows);
    },
    nearest(query, wanted) {
      new Uint8Array(memory.buffer).set(query, 0);
      const out = startOf(passages.length);
      distances(startOf(0), length, 0, rowBytes / CHUNK_BYTES, out);
      return firstByDistance(passages, new Uint16Array(memory.buffer, out, length), rowBytes * 8, wanted);
    },
  };
}

/** A counting sort that goes only as far as is wanted. */
function firstByDistance(
  passages: Uint32Array,
  distances: Uint16Array,
  furthest: number,
  wanted: number,
): Float64Array {
  const counts = new Uint32Array(furthest + 1);
  for (let row = 0; row < distances.length; row += 1) {
    if (passages[row] === 0) continue;
    const distance = distances[row] ?? 0;
    counts[distance] = (counts[distance] ?? 0) + 1;
  }
  let limit = 0;
  let within = counts[0] ?? 0;
  while (within < wanted && limit < furthest) within += counts[(limit += 1)] ?? 0;
  let before = 0;
  for (let distance = 0; distance <= limit; distance += 1) {
    const its = counts[distance] ?? 0;
    counts[distance] = before;
    before += its;
  }
  const first = new Float64Array(within);
  for (let row = 0; row < distances.length; row += 1) {
    const distance = distances[row] ?? 0;
    if (distance > limit) continue;
    const passage = passages[row] ?? 0;
    if (passage === 0) continue;
    const at = counts[distance] ?? 0;
    first[at] = passage;
    counts[distance] = at + 1;
  }
  return first.subarray(0, wanted);
}
