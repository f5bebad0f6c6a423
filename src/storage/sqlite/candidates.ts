import { byKeyword } from './keyword-candidates.ts';
import { nearestMessages, nearnessOf } from './meaning-candidates.ts';
import { spellings } from './spellings.ts';
import { vectorsOf } from './stored-vectors.ts';

/** Reads that find candidates for a search. */
export const candidateOperations = { byKeyword, nearestMessages, nearnessOf, spellings, vectorsOf };
