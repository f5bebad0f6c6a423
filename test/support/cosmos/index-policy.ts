import { badRequest } from './failures.ts';
import { isObject, valueAt, type Json, type JsonObject, type Value } from './json.ts';

/** What a container's indexing policy means for a query and for the price of a write. */
export type IndexPolicy = {
  /** Whether values at this path are in the range index; array elements are the segment `[]`. */
  isIndexed(path: readonly string[]): boolean;
  /**
   * Whether the policy names this very path. Published: with the default policy alone, ORDER BY leaves out the
   * items that do not have the property; naming its path brings them in.
   */
  isNamed(path: readonly string[]): boolean;
  /** Whether a composite index serves these sort items: same paths, same number, all orders equal or all opposite. */
  hasComposite(items: readonly SortPath[]): boolean;
  /** How many values of an item are in the range index. */
  countTerms(item: JsonObject): number;
};

/** A property to sort by. */
export type SortPath = { readonly path: readonly string[]; readonly descending: boolean };

/** What a container gets when it says nothing about indexing. */
export const DEFAULT_INDEXING_POLICY: JsonObject = {
  indexingMode: 'consistent',
  automatic: true,
  includedPaths: [{ path: '/*' }],
  excludedPaths: [{ path: '/"_etag"/?' }],
};

type Pattern = { readonly segments: readonly string[]; readonly subtree: boolean };

/** Reads an indexing policy; 400 for a path it cannot mean. */
export function compileIndexPolicy(policy: JsonObject): IndexPolicy {
  const enabled = policy['indexingMode'] !== 'none';
  const included = listOf(policy['includedPaths']).map(patternOf);
  const excluded = listOf(policy['excludedPaths']).map(patternOf);
  const composites = listOf(policy['compositeIndexes']).map((composite) => listOf(composite).map(sortPathOf));

  const isIndexed = (path: readonly string[]): boolean => {
    if (!enabled) return false;
    // Published: in consistent mode `id` and `_ts` are indexed whatever the paths say.
    if (path.length === 1 && (path[0] === 'id' || path[0] === '_ts')) return true;
    return precision(included, path) > precision(excluded, path);
  };
  return {
    isIndexed,
    isNamed: (path) =>
      included.some((pattern) => pattern.segments.length === path.length && matches(pattern, path)) ||
      composites.some((composite) => composite.some((item) => samePath(item.path, path))),
    hasComposite: (items) => enabled && composites.some((composite) => serves(composite, items)),
    countTerms: (item) => leafPaths(item, []).filter(isIndexed).length,
  };
}

function serves(composite: readonly SortPath[], items: readonly SortPath[]): boolean {
  if (composite.length !== items.length) return false;
  const paths = composite.every((part, index) => samePath(part.path, items[index]?.path ?? []));
  const opposite = composite.filter((part, index) => part.descending !== items[index]?.descending).length;
  return paths && (opposite === 0 || opposite === composite.length);
}

function samePath(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((segment, index) => segment === right[index]);
}

// The most precise path wins: the longer one, and of equal length `/?` over `/*`.
function precision(patterns: readonly Pattern[], path: readonly string[]): number {
  const scores = patterns
    .filter((pattern) => matches(pattern, path))
    .map(({ segments, subtree }) => 2 * segments.length + (subtree ? 1 : 2));
  return Math.max(0, ...scores);
}

function matches({ segments, subtree }: Pattern, path: readonly string[]): boolean {
  return subtree
    ? path.length >= segments.length && samePath(segments, path.slice(0, segments.length))
    : samePath(segments, path);
}

function patternOf(entry: Json): Pattern {
  const path = pathText(entry);
  const segments = splitPath(path);
  const last = segments.at(-1);
  if (last !== '*' && last !== '?') {
    throw badRequest(`The indexing path '${path}' could not be accepted, it must end with '/*' or '/?'.`);
  }
  return { segments: segments.slice(0, -1), subtree: last === '*' };
}

function sortPathOf(entry: Json): SortPath {
  const path = splitPath(pathText(entry));
  if (path.includes('*') || path.includes('?')) throw badRequest('A composite index path must not end with /* or /?.');
  return { path, descending: valueAt(entry, ['order']) === 'descending' };
}

function pathText(entry: Json): string {
  const path = valueAt(entry, ['path']);
  if (typeof path !== 'string' || !path.startsWith('/')) {
    throw badRequest(`An indexing path must be a string that starts with '/', but got: ${JSON.stringify(path)}`);
  }
  return path;
}

/** Cuts a policy's path into names: `/a/"b c"/?` is `a`, `b c`, `?`. */
export function splitPath(path: string): string[] {
  const segments = path.match(/"(?:[^"\\]|\\.)*"|[^/]+/g) ?? [];
  return segments.map((segment) => (segment.startsWith('"') ? segment.slice(1, -1) : segment));
}

function listOf(value: Value): readonly Json[] {
  return Array.isArray(value) ? value : [];
}

function leafPaths(value: Json, path: readonly string[]): (readonly string[])[] {
  if (Array.isArray(value)) return value.flatMap((element) => leafPaths(element, [...path, '[]']));
  if (isObject(value)) return Object.entries(value).flatMap(([name, inner]) => leafPaths(inner, [...path, name]));
  return [path];
}
