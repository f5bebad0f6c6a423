import { CosmosFailure } from './failures.ts';
import { effectivePartitionKey, type PartitionKey } from './partition-key.ts';

/** A span of effective partition keys, `min` inclusive, `max` exclusive; '' and 'FF' are the two ends of the space. */
export type Span = { readonly min: string; readonly max: string };

/** A physical partition. */
export type PhysicalRange = Span & { readonly id: string; readonly parents: readonly string[] };

/** The whole space of keys. */
export const EVERYTHING: Span = { min: '', max: 'FF' };

const SPACE_BITS = 126n;
const DIGITS = 32;

/** Cuts the space into so many equal physical ranges. */
export function evenRanges(count: number): PhysicalRange[] {
  const bounds = Array.from({ length: count - 1 }, (_, index) =>
    toHex(((1n << SPACE_BITS) * BigInt(index + 1)) / BigInt(count)),
  );
  return ['', ...bounds].map((min, index) => ({ id: String(index), min, max: bounds[index] ?? 'FF', parents: [] }));
}

/** All keys that begin with this one; of a full key, exactly that logical partition. */
export function spanOf(key: PartitionKey): Span {
  const min = effectivePartitionKey(key);
  return { min, max: `${min}FF` };
}

/** Whether a key lies in a span. */
export function contains(span: Span, epk: string): boolean {
  return epk >= span.min && epk < span.max;
}

/** What two spans share; undefined when nothing. */
export function intersection(left: Span, right: Span): Span | undefined {
  const min = left.min > right.min ? left.min : right.min;
  const max = left.max < right.max ? left.max : right.max;
  return min < max ? { min, max } : undefined;
}

/** The range with this id, or 410/1002 as the service answers once that range has been split. */
export function rangeById(ranges: readonly PhysicalRange[], id: string): PhysicalRange {
  const found = ranges.find((range) => range.id === id);
  if (found) return found;
  throw new CosmosFailure(410, `The requested resource is no longer available at the server: range ${id}.`, {
    substatus: 1002,
  });
}

/** The range that holds a logical partition. */
export function rangeOf(ranges: readonly PhysicalRange[], epk: string): PhysicalRange {
  const found = ranges.find((range) => contains(range, epk));
  if (!found) throw new Error(`No physical range holds the key ${epk}`);
  return found;
}

/**
 * Replaces one range by two. The cut is in the middle of the range or, given a prefix of a hierarchical key, in the
 * middle of that prefix, so that what shares the prefix lives in two physical partitions from then on.
 */
export function splitRange(ranges: readonly PhysicalRange[], index: number, prefix?: PartitionKey): PhysicalRange[] {
  const range = ranges[index];
  if (!range) throw new Error(`There is no range ${index}: the container has ${ranges.length}`);
  const cut = prefix ? `${effectivePartitionKey(prefix)}${toHex(1n << (SPACE_BITS - 1n))}` : middle(range);
  if (!contains(range, cut)) throw new Error(`The range ${range.id} does not hold the place to cut, ${cut}`);
  const next = Math.max(...ranges.map(({ id }) => Number(id))) + 1;
  const parents = [...range.parents, range.id];
  const left: PhysicalRange = { id: String(next), min: range.min, max: cut, parents };
  const right: PhysicalRange = { id: String(next + 1), min: cut, max: range.max, parents };
  return [...ranges.slice(0, index), left, right, ...ranges.slice(index + 1)];
}

function middle(range: Span): string {
  const min = range.min === '' ? 0n : BigInt(`0x${range.min.slice(0, DIGITS)}`);
  const max = range.max === 'FF' ? 1n << SPACE_BITS : BigInt(`0x${range.max.slice(0, DIGITS)}`);
  return toHex((min + max) / 2n);
}

function toHex(value: bigint): string {
  return value.toString(16).toUpperCase().padStart(DIGITS, '0');
}
