import { withLoggedCost } from '../core/background-cost.ts';
import type { Log } from '../core/log.ts';
import type { ThreadStore } from './store.ts';

/** Expired threads are gone from every read at once; how soon their space is needed back is less pressing. */
const INTERVAL_MS = 60_000;
const BATCH = 100;

/** Removes expired threads now and then. `sweep` does so at once; gives how many went. */
export function startSweeper({ threads, log }: { threads: Pick<ThreadStore, 'sweepExpired'>; log: Log }) {
  let running: Promise<number> = Promise.resolve(0);

  async function sweep(): Promise<number> {
    let removed = 0;
    for (let last = BATCH; last === BATCH; removed += last) {
      last = await withLoggedCost(log, 'sweeping', (call) => threads.sweepExpired(BATCH, call));
    }
    return removed;
  }

  function sweepInBackground(): void {
    running = sweep().catch((error: unknown) => {
      log.warn({ err: error }, 'expired threads could not be removed; they stay hidden, and it is tried again');
      return 0;
    });
  }

  const timer = setInterval(sweepInBackground, INTERVAL_MS).unref();
  sweepInBackground();

  return {
    sweep,
    async close() {
      clearInterval(timer);
      await running;
    },
  };
}
