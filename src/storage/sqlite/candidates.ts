import { byKeyword } from './keyword-candidates.ts';
import { byMeaning } from './meaning-candidates.ts';

/** Reads that find candidates for a search. */
export const candidateOperations = { byKeyword, byMeaning };
