import { queryCharge } from './charges.ts';
import { badRequest } from './failures.ts';
import type { ItemStore, StoredItem } from './item-store.ts';
import { isObject, jsonBytes, parseJson, type Json, type Value } from './json.ts';
import type { Span } from './partitioning.ts';
import { compareRows, type CompiledQuery, type Row } from './sql/compile-query.ts';

/** One page of a query. */
export type QueryPage = {
  readonly documents: Json[];
  readonly continuation: string | undefined;
  readonly charge: number;
  /** How many items had to be loaded for it. */
  readonly loaded: number;
};

type Place = Pick<Row, 'keys' | 'item' | 'part'>;

/** Where a query goes on: in this span, after this row, of which so many were given before. */
type Position = Span & { readonly given: number; readonly after?: Place };

/** Published: an answer has at most 4 MB. */
const PAGE_BYTES = 4 * 1024 * 1024;
const PAGE_ITEMS = 100;

/** How to cut a result into pages. */
export type Paging = {
  /** `x-ms-max-item-count`; -1 and absent leave it to the service. */
  readonly size: number | undefined;
  readonly continuation: string | undefined;
  /** Whether pages are shorter than asked, and the first one empty: allowed to the service at any time. */
  readonly short: boolean;
};

/**
 * Runs one page of a query over spans of keys, one after the other: a page never goes on into the next span, so it
 * may be short or empty and still have a continuation, as with the service.
 */
export function queryPage(items: ItemStore, query: CompiledQuery, spans: readonly Span[], paging: Paging): QueryPage {
  const [first] = spans;
  if (!first) return { documents: [], continuation: undefined, charge: queryCharge([]), loaded: 0 };
  if (paging.short && paging.continuation === undefined) {
    const continuation = writePosition({ ...first, given: 0 });
    return { documents: [], continuation, charge: queryCharge([]), loaded: 0 };
  }
  const position: Position =
    paging.continuation === undefined ? { ...first, given: 0 } : readPosition(paging.continuation);
  const stored = items.scan(position);
  const all = query
    .run(stored.map(({ body }) => body))
    .map((row) => ({ ...row, item: stored[row.item]?.number ?? row.item }));
  const open = remaining(all, query, position);
  const { page, more } = cut(open, pageSize(paging));
  const given = position.given + page.length;
  const last = page.at(-1);
  const nextSpan = spans.find(({ min }) => min >= position.max);
  const next: Position | undefined = more
    ? { min: position.min, max: position.max, given, ...(query.resumable && last ? { after: last } : {}) }
    : nextSpan && { ...nextSpan, given };
  const loaded = loads(query, stored, position, page, more);
  return {
    documents: page.map(({ output }) => output).filter((output) => output !== undefined),
    continuation: next && writePosition(next),
    charge: queryCharge(loaded.map(({ bytes }) => bytes)),
    loaded: loaded.length,
  };
}

function remaining(rows: readonly Row[], query: CompiledQuery, { given, after }: Position): Row[] {
  const left = query.take - given;
  if (!query.resumable) return rows.slice(query.skip).slice(given, given + Math.max(left, 0));
  const start = after ? rows.filter((row) => compareRows(row, after, query.sorts) > 0) : rows.slice(query.skip);
  return start.slice(0, Math.max(left, 0));
}

function pageSize({ size, short }: Paging): number {
  const asked = size === undefined || size < 1 ? PAGE_ITEMS : size;
  return short ? Math.ceil(asked / 2) : asked;
}

function cut(rows: readonly Row[], size: number): { page: readonly Row[]; more: boolean } {
  let bytes = 0;
  let count = 0;
  while (count < rows.length && count < size) {
    bytes += jsonBytes(rows[count]?.output);
    if (bytes > PAGE_BYTES && count > 0) break;
    count++;
  }
  return { page: rows.slice(0, count), more: count < rows.length };
}

// What a page costs is what it loads. An index gives a sorted page without the rest; a score, an aggregate or a
// condition that no index answers loads all candidates, once, with the first page.
function loads(
  query: CompiledQuery,
  stored: readonly StoredItem[],
  position: Position,
  page: readonly Row[],
  more: boolean,
): readonly StoredItem[] {
  const shown = new Set(page.map(({ item }) => item));
  const ofPage = (): StoredItem[] => stored.filter(({ number }) => shown.has(number));
  if (query.indexOrdered) return ofPage();
  const candidates = stored.filter(({ body }) => !query.served.ruledOut(body));
  const last = page.at(-1);
  if (query.resumable && query.sorts.length === 0) {
    const from = position.after?.item ?? 0;
    const to = more && last ? last.item : Number.POSITIVE_INFINITY;
    return candidates.filter(({ number }) => number >= from && number <= to);
  }
  return position.given === 0 ? candidates : ofPage();
}

function writePosition({ min, max, given, after }: Position): string {
  const place = after && [after.item, after.part, ...after.keys.map((key) => (key === undefined ? [] : [key]))];
  return Buffer.from(JSON.stringify({ min, max, given, ...(place ? { after: place } : {}) })).toString('base64url');
}

function readPosition(token: string): Position {
  const parsed = parseJson(Buffer.from(token, 'base64url').toString('utf8'));
  const { min, max, given, after } = isObject(parsed)
    ? { min: parsed['min'], max: parsed['max'], given: parsed['given'], after: parsed['after'] }
    : { min: undefined, max: undefined, given: undefined, after: undefined };
  if (typeof min !== 'string' || typeof max !== 'string' || typeof given !== 'number') {
    throw badRequest('Invalid Continuation Token.');
  }
  return { min, max, given, ...(after === undefined ? {} : { after: readPlace(after) }) };
}

function readPlace(place: Value): Place {
  const [item, part, ...keys] = Array.isArray(place) ? place : [];
  if (typeof item !== 'number' || typeof part !== 'number') throw badRequest('Invalid Continuation Token.');
  return { item, part, keys: keys.map((key) => (Array.isArray(key) ? key[0] : undefined)) };
}
