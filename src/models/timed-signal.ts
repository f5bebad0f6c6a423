import type { ModelFailure } from './chat.ts';

/** A signal that aborts when one of its parents does, when time runs out, or when it is told to. */
export type TimedSignal = {
  readonly signal: AbortSignal;
  /** Gives it so much time from now on. */
  restart(ms: number): void;
  abort(reason: unknown): void;
  /** Stops the clock and lets go of the parents. */
  release(): void;
};

/** @param late makes the reason when time runs out */
export function timedSignal(parents: readonly AbortSignal[], ms: number, late: () => ModelFailure): TimedSignal {
  const controller = new AbortController();
  let duration = ms;
  let timer = start();

  function start(): NodeJS.Timeout {
    return setTimeout(() => {
      controller.abort(late());
    }, duration);
  }
  function follow(this: AbortSignal): void {
    controller.abort(this.reason);
  }

  for (const parent of parents) {
    if (parent.aborted) controller.abort(parent.reason);
    parent.addEventListener('abort', follow, { once: true });
  }
  return {
    signal: controller.signal,
    restart(next) {
      // Once a delta: refreshing is much cheaper than a new timer.
      if (next === duration) timer.refresh();
      else {
        clearTimeout(timer);
        duration = next;
        timer = start();
      }
    },
    abort(reason) {
      controller.abort(reason);
    },
    release() {
      clearTimeout(timer);
      for (const parent of parents) parent.removeEventListener('abort', follow);
    },
  };
}

/** Waits for the promise, but no longer than until the signal aborts. @throws the signal's reason */
export async function unlessAborted<Result>(promise: Promise<Result>, signal: AbortSignal): Promise<Result> {
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => {
    aborted.reject(signal.reason);
  };
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
