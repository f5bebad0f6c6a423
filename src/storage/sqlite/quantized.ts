import { CHUNK_BYTES } from './hamming.ts';

// Every vector that is stored passes here: `from` with a function takes some twenty times as long as these loops.

/** Components in −127 to 127. The scale is each vector's own: only its direction is kept. */
export function toInt8(vector: Float32Array): Uint8Array {
  let largest = 0;
  for (const component of vector) largest = Math.max(largest, Math.abs(component));
  const scale = largest === 0 ? 0 : 127 / largest;
  const components = new Int8Array(vector.length);
  for (let at = 0; at < vector.length; at += 1) components[at] = Math.round((vector[at] ?? 0) * scale);
  return new Uint8Array(components.buffer);
}

/** The vector, of unit length, that was stored as int8. */
export function fromInt8(stored: Uint8Array): Float32Array {
  const components = new Int8Array(stored.buffer, stored.byteOffset, stored.byteLength);
  let squares = 0;
  for (const component of components) squares += component * component;
  const length = Math.sqrt(squares) || 1;
  const vector = new Float32Array(components.length);
  for (let at = 0; at < components.length; at += 1) vector[at] = (components[at] ?? 0) / length;
  return vector;
}

/** One bit a component, set where it is above 0: vectors that point the same way share most of them. */
export function toBits(vector: Float32Array): Uint8Array {
  const bits = new Uint8Array(bytesOfBits(vector.length));
  for (let at = 0; at < vector.length; at += 1) {
    if ((vector[at] ?? 0) > 0) bits[at >> 3] = (bits[at >> 3] ?? 0) | (1 << (at & 7));
  }
  return bits;
}

/** Bytes of so many bits, a multiple of what is compared at once. */
export function bytesOfBits(dimensions: number): number {
  return Math.ceil(dimensions / (8 * CHUNK_BYTES)) * CHUNK_BYTES;
}
