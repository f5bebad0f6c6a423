import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from '../core/log.ts';
import { ModelFailure } from './chat.ts';

export type RetryPolicy = {
  /** Tries in all, the first one included. */
  readonly attempts: number;
  /** Before the second try; doubles from there. */
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
  /** A server that asks for a longer wait is not waited for: the failure says how long, and whoever asked decides. */
  readonly longestRetryAfterMs: number;
  /** Waits; rejects when the signal aborts. */
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
};

/** Somebody waits for the answer: some seconds of trying, then a failure that says when to try again. */
export const DEFAULT_RETRIES: RetryPolicy = {
  attempts: 4,
  firstPauseMs: 500,
  longestPauseMs: 8_000,
  longestRetryAfterMs: 20_000,
  pause: async (ms, signal) => {
    await delay(ms, undefined, { signal });
  },
};

/**
 * Makes the attempt, and makes it again while it fails in a way that passes (RATE_LIMITED, UNAVAILABLE, retryable).
 * A TIMEOUT is not tried again: the time that whoever asked would wait has been spent.
 * @throws what the last attempt threw; the signal's reason when it aborts during a pause
 */
export async function withRetries<Result>(
  attempt: () => Promise<Result>,
  { policy, signal, log }: { policy: RetryPolicy; signal: AbortSignal; log: Log },
): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (tries >= policy.attempts || signal.aborted || !(error instanceof ModelFailure) || !passes(error)) throw error;
      if ((error.retryAfterMs ?? 0) > policy.longestRetryAfterMs) throw error;
      const pauseMs = Math.round(pauseBefore(tries, error.retryAfterMs, policy));
      log.debug({ code: error.code, tries, pauseMs }, 'a model server failed and is asked again');
      try {
        await policy.pause(pauseMs, signal);
      } catch (interrupted) {
        throw signal.reason ?? interrupted;
      }
    }
  }
}

function passes({ code, retryable }: ModelFailure): boolean {
  return retryable && (code === 'RATE_LIMITED' || code === 'UNAVAILABLE');
}

/** Equal jitter: half fixed, half random (Brooker, "Exponential Backoff and Jitter", 2015). Never before the time asked for. */
function pauseBefore(tries: number, retryAfterMs: number | undefined, policy: RetryPolicy): number {
  const pause = Math.min(policy.longestPauseMs, policy.firstPauseMs * 2 ** (tries - 1));
  return retryAfterMs === undefined
    ? pause / 2 + Math.random() * (pause / 2)
    : retryAfterMs + Math.random() * Math.min(pause, 250);
}
