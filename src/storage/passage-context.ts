/** Vectors of unit length that surround a passage: its whole message, and the nearest messages that have content. */
export type PassageSurroundings = {
  readonly whole: Float32Array;
  readonly previous: Float32Array | null;
  readonly earlier: Float32Array | null;
  readonly next: Float32Array | null;
};

/**
 * How much of what surrounds a passage enters its vector; the passage itself has weight 1. Measured on labelled
 * conversations with the local embedder, recall at 10 by meaning alone: 5.5 points above passages by themselves, and in
 * the mix with words 2.7 above embedding the neighbours' text along, which would embed every text three times over.
 */
const WEIGHTS: Readonly<Record<keyof PassageSurroundings, number>> = {
  whole: 0.5,
  previous: 0.5,
  earlier: 0.25,
  next: 0.25,
};

/** The vector by which a passage is found: its own, leaning towards what surrounds it. Of unit length. */
export function inContext(own: Float32Array, surroundings: PassageSurroundings): Float32Array {
  const sum = own.slice();
  add(sum, surroundings.whole, WEIGHTS.whole);
  add(sum, surroundings.previous, WEIGHTS.previous);
  add(sum, surroundings.earlier, WEIGHTS.earlier);
  add(sum, surroundings.next, WEIGHTS.next);
  return toUnitLength(sum);
}

/** The vector of a whole message: the direction of the sum of its passages'. Null without passages. */
export function wholeOf(passages: readonly Float32Array[]): Float32Array | null {
  const [first, ...others] = passages;
  if (first === undefined) return null;
  const sum = first.slice();
  for (const other of others) add(sum, other, 1);
  return toUnitLength(sum);
}

function add(sum: Float32Array, vector: Float32Array | null, weight: number): void {
  if (vector === null) return;
  for (let at = 0; at < sum.length; at += 1) sum[at] = (sum[at] ?? 0) + weight * (vector[at] ?? 0);
}

/** Changes the vector. A loop by place: `map` with a function takes ten times as long. */
function toUnitLength(vector: Float32Array): Float32Array {
  let squares = 0;
  for (const component of vector) squares += component * component;
  const length = Math.sqrt(squares) || 1;
  for (let at = 0; at < vector.length; at += 1) vector[at] = (vector[at] ?? 0) / length;
  return vector;
}
