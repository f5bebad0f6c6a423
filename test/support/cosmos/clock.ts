/** A source of time, in epoch milliseconds. */
export type Clock = { now(): number };

/** A clock that a test can move forward; TTL, `_ts` and the date functions follow it. */
export type MovableClock = Clock & {
  /** Moves the clock forward by so many milliseconds. */
  advance(milliseconds: number): void;
};

/** The machine's own clock. */
export const systemClock: Clock = { now: () => Date.now() };

/** Puts a movable offset on top of another clock. */
export function movableClock(base: Clock): MovableClock {
  let offset = 0;
  return {
    now: () => base.now() + offset,
    advance: (milliseconds) => {
      if (!(milliseconds >= 0)) throw new Error(`A clock moves forward only, but got: ${milliseconds}`);
      offset += milliseconds;
    },
  };
}
