import { setTimeout as delay } from 'node:timers/promises';
import { SkeinError } from '../../core/errors.ts';
import type { Access } from './access.ts';

/** Keeps work that others' writes may get ahead of from going round for ever. */
export type Pace = {
  /** Waits a moment, longer each time. @throws SkeinError UNAVAILABLE when nothing has moved for as long as a call may take */
  stalled(): Promise<void>;
  moved(): void;
};

const FIRST_PAUSE_MS = 5;
const MOST_PAUSE_MS = 250;

export function startPace({ patience }: Pick<Access, 'patience'>): Pace {
  let since = performance.now();
  let pause = FIRST_PAUSE_MS;
  return {
    async stalled() {
      if (performance.now() - since > patience.budgetMs) {
        throw new SkeinError('UNAVAILABLE', 'Too many writes of this thread at once. Try again.', {
          retryAfterMs: 1_000,
        });
      }
      await delay(Math.random() * pause);
      pause = Math.min(MOST_PAUSE_MS, 2 * pause);
    },
    moved() {
      since = performance.now();
      pause = FIRST_PAUSE_MS;
    },
  };
}
