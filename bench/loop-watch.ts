/**
 * Loaded before a server (`--import`), watches for how long its main event loop is held, and answers whoever asks over the
 * process' channel. A product would log this; a measure asks.
 */
import process from 'node:process';
import { isMainThread } from 'node:worker_threads';

/** Milliseconds between looks: a hold is seen to this much less than it was. */
const LOOK_MS = 2;

/** The longest that nothing else had its turn, in milliseconds. */
export type Holds = {
  /** As a client feels it: on a busy machine it counts, too, how long others had the processor. */
  readonly elapsed: number;
  /** As far as this thread was computing meanwhile. */
  readonly computing: number;
};

/** What to send to the process; the answer is `Holds` since the last time. */
export const ASK_FOR_HOLDS = 'holds';

if (isMainThread && process.send !== undefined) watch();

function watch(): void {
  let longest = { elapsed: 0, computing: 0 };
  let last = performance.now();
  let used = process.threadCpuUsage();
  const look = () => {
    const now = performance.now();
    const { user, system } = process.threadCpuUsage(used);
    used = process.threadCpuUsage();
    const elapsed = now - last - LOOK_MS;
    longest = {
      elapsed: Math.max(longest.elapsed, elapsed),
      computing: Math.max(longest.computing, Math.min(elapsed, (user + system) / 1_000)),
    };
    last = now;
  };
  setInterval(look, LOOK_MS).unref();
  process.on('message', (message) => {
    if (message !== ASK_FOR_HOLDS) return;
    // What held it just now, together with this message, belongs to the time before.
    look();
    process.send?.(longest);
    longest = { elapsed: 0, computing: 0 };
  });
  // A listener alone would keep the process from ending.
  process.channel?.unref();
}
