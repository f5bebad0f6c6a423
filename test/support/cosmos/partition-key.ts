import { badRequest } from './failures.ts';
import { isObject, parseJson, valueAt, type JsonObject, type Value } from './json.ts';
import { murmurHash3 } from './murmur-hash.ts';

/** One level of a partition key; `undefined` is the level an item does not have (the SDK's `{}`). */
export type KeyLevel = string | number | boolean | null | undefined;

/** A partition key: one level, or up to three in a hierarchical container. Fewer levels than paths is a prefix. */
export type PartitionKey = readonly KeyLevel[];

const LEVEL_LIMIT_BYTES = 2048;
const hashes = new Map<string, string>();

/** Reads the header `x-ms-documentdb-partitionkey`: a JSON array, `{}` standing for an absent level. */
export function parsePartitionKey(header: string): PartitionKey {
  const parsed = parseJson(header);
  if (!Array.isArray(parsed)) throw badRequest(`Partition key ${header} is invalid.`);
  return parsed.map((level) => toLevel(level, header));
}

function toLevel(level: Value, header: string): KeyLevel {
  if (isObject(level) && Object.keys(level).length === 0) return undefined;
  if (Array.isArray(level) || isObject(level)) throw badRequest(`Partition key ${header} is invalid.`);
  return level;
}

/** The partition key that an item's own properties say. */
export function partitionKeyOf(item: JsonObject, paths: readonly (readonly string[])[]): PartitionKey {
  return paths.map((path) => {
    const level = valueAt(item, path);
    if (Array.isArray(level) || isObject(level)) {
      throw badRequest(`Partition key value of /${path.join('/')} must be a string, number, boolean or null.`);
    }
    if (typeof level === 'string' && Buffer.byteLength(level) > LEVEL_LIMIT_BYTES) {
      throw badRequest(`Partition key value of /${path.join('/')} is longer than ${LEVEL_LIMIT_BYTES} bytes.`);
    }
    return level;
  });
}

/** Whether two keys are the same in every level. */
export function samePartitionKey(left: PartitionKey, right: PartitionKey): boolean {
  return left.length === right.length && left.every((level, index) => level === right[index]);
}

/**
 * The effective partition key: 32 upper-case hex digits a level, levels one after the other, so that all items
 * of a prefix lie between the prefix's own key and that key followed by `FF`.
 */
export function effectivePartitionKey(key: PartitionKey): string {
  return key.map(hashLevel).join('');
}

function hashLevel(level: KeyLevel): string {
  const name = `${typeof level}:${String(level)}`;
  const known = hashes.get(name);
  if (known !== undefined) return known;
  const [first, second] = murmurHash3(typedBytes(level));
  // Cosmos writes the second half first, and keeps the top two bits free: every key is below 0x40.
  const masked = second & 0x3fffffffffffffffn;
  const hash = (hex(masked) + hex(first)).toUpperCase();
  hashes.set(name, hash);
  return hash;
}

function typedBytes(level: KeyLevel): Uint8Array {
  if (level === undefined) return Uint8Array.of(0x00);
  if (level === null) return Uint8Array.of(0x01);
  if (level === false) return Uint8Array.of(0x02);
  if (level === true) return Uint8Array.of(0x03);
  if (typeof level === 'string') return Uint8Array.of(0x08, ...Buffer.from(level, 'utf8'), 0xff);
  const bytes = Buffer.alloc(9);
  bytes[0] = 0x05;
  bytes.writeDoubleLE(level, 1);
  return bytes;
}

function hex(word: bigint): string {
  return word.toString(16).padStart(16, '0');
}
