import { z } from 'zod';
import { malformed } from './failures.ts';

const embeddingList = z.object({
  data: z.array(
    z.object({
      index: z.int().nonnegative().nullish(),
      // Checked number by number below: a schema for each of some hundred thousand would cost more than the request.
      embedding: z.union([z.string(), z.custom<readonly unknown[]>((value) => Array.isArray(value))]),
    }),
  ),
});

/**
 * Reads the vectors of an embeddings response, in the texts' order and of unit length. Components come as numbers or as
 * base64 of little-endian float32: a server may answer with numbers though it was asked for base64.
 * @throws ModelFailure UNAVAILABLE when it holds anything else, or not one vector for each text
 */
export function readVectors(response: unknown, texts: number): Float32Array[] {
  const parsed = embeddingList.safeParse(response);
  if (!parsed.success) throw malformed('something else than embeddings');
  const items = parsed.data.data;
  if (items.length !== texts) throw malformed(`${String(items.length)} vectors for ${String(texts)} texts`);
  const byIndex = new Map(items.map(({ index, embedding }, place) => [index ?? place, embedding]));
  return Array.from({ length: texts }, (_, index) => {
    const embedding = byIndex.get(index);
    if (embedding === undefined) throw malformed('vectors for other texts');
    return toUnitLength(typeof embedding === 'string' ? fromBase64(embedding) : fromNumbers(embedding));
  });
}

function fromNumbers(numbers: readonly unknown[]): Float32Array {
  const vector = new Float32Array(numbers.length);
  for (const [at, value] of numbers.entries()) vector[at] = typeof value === 'number' ? value : Number.NaN;
  return vector;
}

function fromBase64(text: string): Float32Array {
  // The copy begins at a multiple of 4 bytes, as a view of floats must. Every processor that Node runs on fast is
  // little-endian.
  const bytes = new Uint8Array(Buffer.from(text, 'base64'));
  return new Float32Array(bytes.buffer, 0, Math.floor(bytes.length / 4));
}

/** Changes the vector. Loops by place: `map` with a function takes ten times as long. */
function toUnitLength(vector: Float32Array): Float32Array {
  let square = 0;
  for (const component of vector) square += component * component;
  if (!Number.isFinite(square)) throw malformed('a vector with components that are no numbers');
  // A vector of nothing but zeros has no direction: any will do, as long as it is always the same.
  if (square === 0) return vector.fill(Math.sqrt(1 / vector.length));
  const scale = 1 / Math.sqrt(square);
  for (let at = 0; at < vector.length; at += 1) vector[at] = (vector[at] ?? 0) * scale;
  return vector;
}
