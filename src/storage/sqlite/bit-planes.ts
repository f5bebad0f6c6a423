import { bytesOfBits } from './quantized.ts';

/** Bits a component of a query has: sixteen levels from end to end. As good as all of its components (measured). */
const PLANES = 4;

const LEVELS = 2 ** PLANES;

/**
 * A query's components in four bits each, as four rows of bits, that of the highest bits first, which is what `toBits`
 * gives. A level stands for the middle of its range, (level − 7.5) steps, so that those of opposite components are each
 * other's opposites.
 *
 * For this, how many bits of a row differ from each plane, weighted 8, 4, 2 and 1, is, times −2 and but for what is the
 * same for all rows, the sum of the query's components where the row has a bit set. So rows are put in order by what the
 * query knows in full, though they are known by their signs alone: as in RaBitQ (Gao and Long, 2024,
 * https://arxiv.org/abs/2405.12497, section 3.3), without its rotation.
 */
export function toBitPlanes(vector: Float32Array): Uint8Array[] {
  let largest = 0;
  for (const component of vector) largest = Math.max(largest, Math.abs(component));
  const stepsPerUnit = largest === 0 ? 0 : LEVELS / 2 / largest;
  const planes = Array.from({ length: PLANES }, () => new Uint8Array(bytesOfBits(vector.length)));
  for (let at = 0; at < vector.length; at += 1) {
    const level = Math.min(LEVELS - 1, Math.max(0, Math.ceil((vector[at] ?? 0) * stepsPerUnit) + LEVELS / 2 - 1));
    for (const [place, plane] of planes.entries()) {
      if ((level & (LEVELS >> (place + 1))) !== 0) plane[at >> 3] = (plane[at >> 3] ?? 0) | (1 << (at & 7));
    }
  }
  return planes;
}
