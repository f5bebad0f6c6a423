import { setTimeout as delay } from 'node:timers/promises';

const PAUSE_MS = 25;

/**
 * Waits for a condition that something outside this process brings about.
 * @param probe gives what is waited for, or null when it is not there yet
 * @throws Error naming what was waited for, after `seconds`
 */
export async function eventually<Found>(
  what: string,
  probe: () => Promise<Found | null> | Found | null,
  seconds = 60,
): Promise<Found> {
  const deadline = performance.now() + seconds * 1_000;
  for (;;) {
    const found = await probe();
    if (found !== null) return found;
    if (performance.now() > deadline) throw new Error(`Waited ${seconds} s for ${what} in vain.`);
    await delay(PAUSE_MS);
  }
}
