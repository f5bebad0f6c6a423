import { candidateOperations } from './candidates.ts';
import { indexReads } from './index-store.ts';
import { readLedger } from './ledger-entries.ts';
import { countMessages, listMessages } from './message-reads.ts';
import { countThreads, listThreads } from './thread-reads.ts';

/** Everything that the reader's thread runs. */
export const readOperations = {
  listThreads,
  countThreads,
  listMessages,
  countMessages,
  readLedger,
  ...candidateOperations,
  ...indexReads,
};

export type ReadOperations = typeof readOperations;
