/** Enough to hide the way to the account, few enough to leave connections to others. */
const AT_ONCE = 16;

/** Does the same work for many, some at once; answers in their order. */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const left = items.entries();
  async function worker(): Promise<void> {
    for (const [at, item] of left) results[at] = await work(item);
  }
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, worker));
  return results;
}
