import type { DatabaseSync } from 'node:sqlite';
import { arrivedVector, type AwaitedVector } from './awaited-vector.ts';
import { byKeyword } from './keyword-candidates.ts';
import { nearestMessages, nearnessInPlace, nearnessOf } from './meaning-candidates.ts';
import { packCandidates } from './packed-candidates.ts';
import { spellings } from './spellings.ts';
import { vectorsOf } from './stored-vectors.ts';
import { pack } from './wire.ts';

type KeywordArgs = Parameters<typeof byKeyword>[1] & { readonly near: AwaitedVector | null };

/** Reads that find candidates for a search. */
export const candidateOperations = {
  byKeyword(db: DatabaseSync, { near, ...args }: KeywordArgs) {
    const { candidates, messageRows, statistics } = byKeyword(db, args);
    const query = near === null ? null : arrivedVector(near);
    const nearness = query === null ? null : nearnessInPlace(db, query, messageRows);
    return { packed: packCandidates(candidates), statistics, nearness: nearness === null ? null : pack(nearness) };
  },
  nearestMessages(db: DatabaseSync, args: Parameters<typeof nearestMessages>[1]) {
    return packCandidates(nearestMessages(db, args));
  },
  nearnessOf(db: DatabaseSync, args: Parameters<typeof nearnessOf>[1]) {
    return pack(nearnessOf(db, args));
  },
  spellings,
  vectorsOf,
};
