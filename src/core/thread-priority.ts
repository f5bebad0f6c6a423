import { getPriority, setPriority } from 'node:os';
import { platform } from 'node:process';

/** The least that a thread can have. */
const LEAST = 19;

/**
 * Has this thread go behind the others where there are not processors enough for all, above all behind the one that
 * serves requests. On Linux only: elsewhere there is but the whole process' priority. Measured on two cores, a backlog
 * being embedded: the slowest page in a hundred took 1.4 times as long as before the backlog, not 2.5 times, and the
 * embedder did as much as before.
 * @param by steps of niceness, each about a fifth less of a processor that others want, too
 */
export function lowerThreadPriority(by: number): void {
  if (platform !== 'linux') return;
  try {
    // Without a process named, Linux takes the calling thread (setpriority(2), "Bugs").
    setPriority(Math.min(LEAST, getPriority() + by));
  } catch {
    // Where it is not allowed, work is done all the same.
  }
}
