import type { Log } from './log.ts';
import { startMeter, type Meter } from './meter.ts';

/**
 * Runs work that no request waits for, and logs what it cost, as is done for requests.
 * @param work what it is called in the log
 */
export async function withLoggedCost<Result>(
  log: Log,
  work: string,
  run: (call: { readonly meter: Meter }) => Promise<Result>,
): Promise<Result> {
  const meter = startMeter();
  try {
    return await run({ meter });
  } finally {
    if (meter.cost.storageRequests > 0) log.debug({ work, cost: meter.cost }, 'done in the background');
  }
}
