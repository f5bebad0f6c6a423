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
    await new Promise<void>((resolve) => waiting.push(resolve));
  }
}

/**
 * What waits goes on here, where the event loop has dealt with what came, but not in the turn in which others had their
 * share already: it would be two of them until the loop looks again for what has come.
 */
function end(): void {
  ends = null;
  if (waiting.length === 0) return;
  ends = USED_UP;
  setImmediate(resume);
}

const USED_UP = Number.NEGATIVE_INFINITY;

/** One that waits has the whole turn: the others would have none of their share left. */
function resume(): void {
  const first = waiting.shift();
  ends = first === undefined ? null : performance.now() + TURN_MS;
  if (first === undefined) return;
  setImmediate(resume);
  first();
}
