/** Microsoft's published table of request units by item size (2026-04, "illustrative" by its own words). */
const TABLE: readonly { kilobytes: number; read: number; write: number }[] = [
  { kilobytes: 1, read: 1, write: 4.95 },
  { kilobytes: 2, read: 1.04, write: 6.29 },
  { kilobytes: 4, read: 1.14, write: 6.67 },
  { kilobytes: 8, read: 1.33, write: 7.04 },
  { kilobytes: 16, read: 1.67, write: 9.52 },
  { kilobytes: 32, read: 2.19, write: 11.23 },
  { kilobytes: 64, read: 4.76, write: 22.67 },
  { kilobytes: 128, read: 9.95, write: 48.19 },
  { kilobytes: 1024, read: 145.9, write: 625 },
  { kilobytes: 2048, read: 291.8, write: 1250 },
];

const PER_INDEXED_TERM = 0.2;
const PER_PATCH_OPERATION = 0.4;

// Not published. Chosen so that a page of 50 small items is a few units and a scan of thousands is plainly dear.
const QUERY_BASE = 2.3;
const QUERY_PER_READ = 0.05;

/** What any request costs that reads or writes nothing. */
export const SMALLEST_CHARGE = 1;

/** A point read of an item of so many bytes. */
export function readCharge(bytes: number): number {
  return round(interpolate(bytes, 'read'));
}

/** Creating an item of so many bytes with so many indexed terms. */
export function createCharge(bytes: number, terms: number): number {
  return round(interpolate(bytes, 'write') + PER_INDEXED_TERM * terms);
}

/** Replacing an item: about two creates. */
export function replaceCharge(bytes: number, terms: number): number {
  return round(2 * createCharge(bytes, terms));
}

/** Patching an item: a replace, and a little for each operation. */
export function patchCharge(bytes: number, terms: number, operations: number): number {
  return round(replaceCharge(bytes, terms) + PER_PATCH_OPERATION * operations);
}

/** A query page that had to load items of these sizes (all that the index alone could not rule out). */
export function queryCharge(loadedBytes: readonly number[]): number {
  return round(loadedBytes.reduce((sum, bytes) => sum + QUERY_PER_READ * interpolate(bytes, 'read'), QUERY_BASE));
}

function interpolate(bytes: number, column: 'read' | 'write'): number {
  const kilobytes = Math.max(bytes / 1024, 1);
  const upper = TABLE.findIndex((row) => row.kilobytes >= kilobytes);
  const above = TABLE[upper === -1 ? TABLE.length - 1 : upper];
  const below = TABLE[Math.max((upper === -1 ? TABLE.length - 1 : upper) - 1, 0)];
  if (!above || !below || above === below || kilobytes >= above.kilobytes) return above?.[column] ?? 0;
  const share = (kilobytes - below.kilobytes) / (above.kilobytes - below.kilobytes);
  return below[column] + share * (above[column] - below[column]);
}

function round(charge: number): number {
  return Math.round(charge * 100) / 100;
}
