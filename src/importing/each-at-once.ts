type Options<Item> = {
  /** How many are worked on at once. */
  readonly atOnce: number;
  /** No further item is asked for while those under way weigh more than this. */
  readonly most: number;
  readonly weigh: (item: Item) => number;
  /** Items of one key are worked on one after the other. */
  readonly keyOf: (item: Item) => string;
  readonly signal: AbortSignal;
};

/**
 * Works on the items of a source, several at once, so that an engine can join their writes and the next is read while
 * they are under way. Aborted, it starts no more and ends when those under way have.
 *
 * @throws what the source throws, or the first error of `work`, when all that is under way has ended
 */
export async function eachAtOnce<Item>(
  source: AsyncIterable<Item>,
  { atOnce, most, weigh, keyOf, signal }: Options<Item>,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const running = new Map<string, Promise<void>>();
  const failures: unknown[] = [];
  let weight = 0;

  const start = async (item: Item): Promise<void> => {
    weight += weigh(item);
    try {
      await work(item);
    } catch (error) {
      failures.push(error);
    } finally {
      weight -= weigh(item);
      running.delete(keyOf(item));
    }
  };
  try {
    for await (const item of source) {
      await running.get(keyOf(item));
      if (signal.aborted || failures.length > 0) break;
      running.set(keyOf(item), start(item));
      // Before the next is asked for: it takes memory, too.
      while (running.size >= atOnce || weight > most) await Promise.race(running.values());
    }
  } finally {
    await Promise.all(running.values());
  }
  if (failures.length > 0) throw failures[0];
}
