import { decodeCursor } from './cursor.ts';

/** A page of a ranked list. `hits` are the edges' nodes. */
export type SearchPage<Hit> = {
  readonly edges: readonly { readonly cursor: string; readonly node: Hit }[];
  readonly hits: readonly Hit[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
  /** How many the search ranked, on all pages. */
  readonly totalCount: number;
};

/**
 * The page that a request asks for. What has been deleted since the list was made is left out, and others take its place.
 * @param load gives what is still there of some items, in their order
 */
export async function pageOf<Item extends { readonly score: number }, Hit>(
  items: readonly Item[],
  { first, after }: { first: number; after: string | null },
  cursor: (item: Item) => string,
  keyOf: (item: Item) => string,
  load: (items: readonly Item[]) => Promise<(Hit | null)[]>,
): Promise<SearchPage<Hit>> {
  const edges: { cursor: string; node: Hit }[] = [];
  let at = after === null ? 0 : placeAfter(items, after, keyOf);
  while (edges.length < first && at < items.length) {
    const some = items.slice(at, at + first - edges.length);
    const loaded = await load(some);
    for (const [place, item] of some.entries()) {
      const node = loaded[place] ?? null;
      if (node !== null) edges.push({ cursor: cursor(item), node });
    }
    at += some.length;
  }
  return {
    edges,
    hits: edges.map(({ node }) => node),
    pageInfo: {
      hasNextPage: at < items.length,
      hasPreviousPage: after !== null,
      startCursor: edges.at(0)?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    totalCount: items.length,
  };
}

/** Where a list goes on after a cursor: behind its item, or, where that is not in the list, behind all that score more. */
function placeAfter<Item extends { readonly score: number }>(
  items: readonly Item[],
  after: string,
  keyOf: (item: Item) => string,
): number {
  const { score, key } = decodeCursor(after);
  const place = items.findIndex((item) => keyOf(item) === key);
  if (place >= 0) return place + 1;
  const next = items.findIndex((item) => item.score < score);
  return next < 0 ? items.length : next;
}
