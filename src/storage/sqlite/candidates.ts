import type { DatabaseSync } from 'node:sqlite';
import { byKeyword } from './keyword-candidates.ts';
import { nearestMessages, nearnessOf } from './meaning-candidates.ts';
import { packCandidates } from './packed-candidates.ts';
import { spellings } from './spellings.ts';
import { vectorsOf } from './stored-vectors.ts';

/** Reads that find candidates for a search. */
export const candidateOperations = {
  byKeyword(db: DatabaseSync, args: Parameters<typeof byKeyword>[1]) {
    const { candidates, statistics } = byKeyword(db, args);
    return { packed: packCandidates(candidates), statistics };
  },
  nearestMessages(db: DatabaseSync, args: Parameters<typeof nearestMessages>[1]) {
    return packCandidates(nearestMessages(db, args));
  },
  nearnessOf,
  spellings,
  vectorsOf,
};
