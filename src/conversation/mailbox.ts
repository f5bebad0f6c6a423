/** What one follower is still to be told, in order. */
export type Mailbox<Item> = {
  /** Whether nothing more is to be read: it was closed, or overflowed. */
  readonly ended: boolean;
  put(item: Item): void;
  /** The next item, as soon as there is one; null once it is closed. @throws what it was closed with */
  next(): Promise<Item | null>;
  /** What is still in it is dropped. The first end counts. @param error what the reader is told; null: nothing */
  close(error: Error | null): void;
};

type MailboxLimits<Item> = {
  /** Of everything in it together. */
  readonly limit: number;
  readonly weightOf: (item: Item) => number;
  /** Whether an item says nothing that one in the box does not say already. */
  readonly repeats: (item: Item, earlier: Item) => boolean;
  /** What a reader is told who has let it overflow. */
  readonly overflow: () => Error;
};

/** A box for one reader. When nobody empties it, it is closed at its limit: it never grows without bound. */
export function createMailbox<Item>({ limit, weightOf, repeats, overflow }: MailboxLimits<Item>): Mailbox<Item> {
  let items: Item[] = [];
  let weight = 0;
  let end: { readonly error: Error | null } | null = null;
  let changed = Promise.withResolvers<undefined>();

  function announce(): void {
    changed.resolve(undefined);
    changed = Promise.withResolvers();
  }

  function close(error: Error | null): void {
    end ??= { error };
    items = [];
    announce();
  }

  return {
    get ended() {
      return end !== null;
    },
    put(item) {
      if (end !== null || items.some((earlier) => repeats(item, earlier))) return;
      items.push(item);
      weight += weightOf(item);
      if (weight > limit) close(overflow());
      else announce();
    },
    async next() {
      for (;;) {
        if (end?.error) throw end.error;
        if (end !== null) return null;
        const item = items.shift();
        if (item !== undefined) {
          weight -= weightOf(item);
          return item;
        }
        await changed.promise;
      }
    },
    close,
  };
}
