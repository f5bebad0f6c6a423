import { deflateRawSync, inflateRawSync } from 'node:zlib';

/** A text deflated, in base64: for what JSON would swell beyond what an item may have. */
export function deflated(text: string): string {
  return deflateRawSync(text).toString('base64');
}

export function inflated(packed: string): string {
  return inflateRawSync(Buffer.from(packed, 'base64')).toString('utf8');
}

/** UTF-8 bytes of a value as JSON. */
export function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}
