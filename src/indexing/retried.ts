import { setTimeout as wait } from 'node:timers/promises';
import { SkeinError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';

/** Repeats work until it succeeds. `what` names it in the log. @throws the signal's reason */
export type Retried = <Result>(what: string, work: () => Promise<Result>) => Promise<Result>;

type RetryParts = {
  readonly signal: AbortSignal;
  readonly log: Log;
  /** Milliseconds before the nth attempt after a failure. */
  readonly backoff?: (failures: number) => number;
};

export function retrying({ signal, log, backoff = growing }: RetryParts): Retried {
  return async (what, work) => {
    for (let failures = 0; ; failures += 1) {
      try {
        signal.throwIfAborted();
        return await work();
      } catch (error) {
        if (signal.aborted) throw error;
        const retryAfterMs = error instanceof SkeinError ? error.retryAfterMs : undefined;
        const delay = Math.max(retryAfterMs ?? 0, backoff(failures));
        log.warn({ err: error, failures: failures + 1, delayMs: Math.round(delay) }, `${what} failed; trying again`);
        await wait(delay, undefined, { signal, ref: false });
      }
    }
  };
}

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 60_000;

/** Twice as long each time, with jitter, so that several processes do not come back at once. */
function growing(failures: number): number {
  return Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** failures) * (0.5 + Math.random() / 2);
}
