/** A text of so many characters takes milliseconds to be written, encoded or sent: a longer one is dealt with in turns. */
export const LONG_TEXT = 500_000;

/**
 * How much of a turn of the event loop long work may take, all of it together, in milliseconds: a request that comes
 * meanwhile waits for that long at most.
 */
const TURN_MS = 5;

/** When this turn's share ends; null until somebody asks in this turn. */
let ends: number | null = null;

/** Work that waits for a turn of its own, the one that waits longest first. */
const waiting: (() => void)[] = [];

/**
 * Lets others have their turn. To be awaited by long work between small steps: it goes on at once for as long as this
 * turn's share lasts, and else in a later turn, after what waits already.
 */
export async function giveWay(): Promise<void> {
  if (ends === null) {
    ends = performance.now() + TURN_MS;
    setImmediate(end);
  } else if (performance.now() >= ends) {
    await new Promise<void>((resolve) => {
      waiting.push(resolve);
      setImmediate(goOn);
    });
  }
}

/**
 * What waits goes on in this part of the event loop, which has dealt with what came, but not in the turn in which others
 * had their share already: it would be two of them until the loop looks again for what has come.
 */
function end(): void {
  ends = waiting.length === 0 ? null : USED_UP;
  if (ends !== null) setImmediate(begin);
}

const USED_UP = Number.NEGATIVE_INFINITY;

/** A turn of theirs that wait, one after the other for as long as its share lasts. Comes before what goes on in it. */
function begin(): void {
  ends = waiting.length === 0 ? null : performance.now() + TURN_MS;
  if (ends !== null) setImmediate(begin);
}

/** Queued once for each that waits, turn by turn until one may go on. */
function goOn(): void {
  if (ends !== null && performance.now() < ends) waiting.shift()?.();
  else setImmediate(goOn);
}
