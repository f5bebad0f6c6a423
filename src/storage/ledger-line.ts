import type { Usage } from '../core/thread.ts';

/**
 * One day's use, of one owner and model. Counts only, never content. A message counts on the day of its `createdAt`; a
 * PENDING reply once it has ended, with the model and usage that it ended with.
 */
export type LedgerLine = {
  /** UTC, `2026-11-23`. */
  readonly day: string;
  readonly owner: string;
  readonly model: string | null;
  readonly messages: number;
  /** Those of the messages that are the ASSISTANT's, failed ones included. */
  readonly replies: number;
  readonly usage: Usage;
};
