import type { JsonObject } from './json.ts';
import { contains, type Span } from './partitioning.ts';

/** An item as stored: never changed, only replaced. */
export type StoredItem = {
  readonly id: string;
  /** The item with its system properties. */
  readonly body: JsonObject;
  readonly epk: string;
  /** Place in the order in which items were made; a replaced item keeps it. */
  readonly number: number;
  /** Place in the order of all writes of the container. */
  readonly lsn: number;
  readonly etag: string;
  readonly bytes: number;
  /** Values in the range index. */
  readonly terms: number;
};

/** One logical partition: what a point operation or a batch sees. */
export type Partition = {
  readonly epk: string;
  get(id: string): StoredItem | undefined;
  put(item: StoredItem): void;
  remove(id: string): void;
};

/** All items of a container. Expired ones are gone, whoever asks. */
export type ItemStore = {
  /** The live items of a span, in the order in which they were made. */
  scan(span: Span): StoredItem[];
  /** The live logical partition with this effective key. */
  partition(epk: string): Partition;
  /** A number no item has yet. */
  nextNumber(): number;
  /** The number of the next write. */
  nextLsn(): number;
  /** The number of the last write. */
  lastLsn(): number;
};

/** Makes an empty store; `isExpired` is asked at every access, so that a changed TTL acts at once. */
export function itemStore(isExpired: (item: StoredItem) => boolean): ItemStore {
  const byKey = new Map<string, StoredItem>();
  // A Map keeps the order of insertion, and replacing a value keeps its place: this is the order of `_rid`.
  const byNumber = new Map<number, StoredItem>();
  let numbers = 0;
  let writes = 0;

  const keyOf = (epk: string, id: string): string => `${epk}/${id}`;
  const drop = (item: StoredItem): void => {
    byKey.delete(keyOf(item.epk, item.id));
    byNumber.delete(item.number);
  };
  const live = (item: StoredItem | undefined): StoredItem | undefined => {
    if (!item || !isExpired(item)) return item;
    drop(item);
    return undefined;
  };
  return {
    scan: (span) => {
      const found: StoredItem[] = [];
      for (const item of byNumber.values()) {
        if (contains(span, item.epk) && live(item)) found.push(item);
      }
      return found;
    },
    partition: (epk) => ({
      epk,
      get: (id) => live(byKey.get(keyOf(epk, id))),
      put: (item) => {
        byKey.set(keyOf(epk, item.id), item);
        byNumber.set(item.number, item);
      },
      remove: (id) => {
        const item = byKey.get(keyOf(epk, id));
        if (item) drop(item);
      },
    }),
    nextNumber: () => ++numbers,
    nextLsn: () => ++writes,
    lastLsn: () => writes,
  };
}

/** A partition whose changes are kept apart until `commit`; leaving them uncommitted is the rollback. */
export function staged(live: Partition): Partition & { commit(): void } {
  const changes = new Map<string, StoredItem | undefined>();
  return {
    epk: live.epk,
    get: (id) => (changes.has(id) ? changes.get(id) : live.get(id)),
    put: (item) => {
      changes.set(item.id, item);
    },
    remove: (id) => {
      changes.set(id, undefined);
    },
    commit: () => {
      for (const [id, item] of changes) {
        const before = live.get(id);
        if (before && before.number !== item?.number) live.remove(id);
        if (item) live.put(item);
      }
    },
  };
}
