/**
 * A vector as items have it: whole numbers from −127 to 127, padded with zeros to the length that the container takes.
 * The scale is each vector's own, as only its direction counts; zeros do not change a cosine.
 */
export function toComponents(vector: Float32Array, dimensions: number): number[] {
  let largest = 0;
  for (const component of vector) largest = Math.max(largest, Math.abs(component));
  const scale = largest === 0 ? 0 : 127 / largest;
  return Array.from({ length: dimensions }, (_, at) => Math.round((vector[at] ?? 0) * scale));
}

/** A vector that is only read back, never searched: a quarter of the room that numbers in JSON take. */
export function toText(vector: Float32Array): string {
  return Buffer.from(Int8Array.from(toComponents(vector, vector.length)).buffer).toString('base64');
}

/** The vector, of unit length, that `toText` wrote. */
export function fromText(text: string): Float32Array {
  const bytes = Buffer.from(text, 'base64');
  const components = new Int8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let squares = 0;
  for (const component of components) squares += component * component;
  const length = Math.sqrt(squares) || 1;
  return Float32Array.from(components, (component) => component / length);
}
