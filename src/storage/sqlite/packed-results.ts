import { giveWay } from '../../core/turns.ts';
import type { IndexResult, PassageVector } from '../indexed.ts';
import { pack, unpack, type Packed } from './wire.ts';

type Embedded = Extract<IndexResult['outcome'], { kind: 'embedded' }>;

/** A passage without its vector, and how many components of those in a row that is. */
type PackedPassage = Omit<PassageVector, 'vector'> & { readonly components: number };

type PackedResult = Omit<IndexResult, 'outcome'> & {
  readonly outcome:
    Exclude<IndexResult['outcome'], Embedded> | { kind: 'embedded'; passages: readonly PackedPassage[] };
};

/**
 * Results on their way to the writer, all vectors in a row: copied one by one, the 2,500 of a message of 1 MB took 30 ms
 * on the thread that serves everybody.
 */
export type PackedResults = {
  readonly results: Packed<readonly PackedResult[]>;
  readonly vectors: Float32Array<ArrayBuffer>;
};

/** In turns. The vectors are in memory of their own, which can be handed over to another thread. */
export async function packResults(results: readonly IndexResult[]): Promise<PackedResults> {
  const all = results.flatMap(({ outcome }) => (outcome.kind === 'embedded' ? outcome.passages : []));
  const vectors = new Float32Array(all.reduce((sum, { vector }) => sum + vector.length, 0));
  let at = 0;
  for (const { vector } of all) {
    await giveWay();
    vectors.set(vector, at);
    at += vector.length;
  }
  const packed = results.map(({ outcome, ...result }): PackedResult => {
    if (outcome.kind === 'failed') return { ...result, outcome };
    const passages = outcome.passages.map(({ vector, ...passage }) => ({ ...passage, components: vector.length }));
    return { ...result, outcome: { kind: 'embedded', passages } };
  });
  return { results: pack<readonly PackedResult[]>(packed), vectors };
}

export function unpackResults({ results, vectors }: PackedResults): IndexResult[] {
  let at = 0;
  return unpack(results).map(({ outcome, ...result }) => {
    if (outcome.kind === 'failed') return { ...result, outcome };
    const passages = outcome.passages.map(({ components, ...passage }) => {
      const vector = vectors.subarray(at, at + components);
      at += components;
      return { ...passage, vector };
    });
    return { ...result, outcome: { kind: 'embedded', passages } };
  });
}
