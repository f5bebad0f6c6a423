import type { Clock } from './clock.ts';
import { badRequest, notModelled } from './failures.ts';
import { compileFullTextPolicy } from './full-text.ts';
import { compileIndexPolicy, DEFAULT_INDEXING_POLICY, splitPath } from './index-policy.ts';
import { itemStore, type ItemStore, type StoredItem } from './item-store.ts';
import { canonical, isObject, type Json, type JsonObject, type Value } from './json.ts';
import { evenRanges, type PhysicalRange } from './partitioning.ts';
import { etagOf, resourceId } from './resource-ids.ts';
import type { QueryTarget } from './sql/scope.ts';
import { compileVectorPolicy } from './vectors.ts';

/** What a container's definition means. */
export type ContainerShape = QueryTarget & {
  /** Seconds; -1 is "only items that have their own"; undefined is no TTL at all. */
  readonly defaultTtl: number | undefined;
};

/** A container and its items. */
export type Container = {
  readonly id: string;
  readonly rid: string;
  /** `dbs/…/colls/…` by name. */
  readonly link: string;
  resource: JsonObject;
  shape: ContainerShape;
  ranges: readonly PhysicalRange[];
  readonly items: ItemStore;
};

const MODELLED = [
  'id',
  'partitionKey',
  'indexingPolicy',
  'defaultTtl',
  'vectorEmbeddingPolicy',
  'fullTextPolicy',
  'uniqueKeyPolicy',
  'conflictResolutionPolicy',
  'geospatialConfig',
];
const SYSTEM = ['_rid', '_self', '_etag', '_ts', '_docs', '_sprocs', '_triggers', '_udfs', '_conflicts'];

/** Makes an empty container; 400 for a definition the service, or this emulator, does not take. */
export function createContainer(
  definition: JsonObject,
  place: { database: string; databaseNumber: number; number: number; ranges: number; clock: Clock },
): Container {
  const id = definition['id'];
  checkId(id);
  const described = describe(definition);
  const rid = resourceId(place.databaseNumber, place.number);
  const container: Container = {
    id,
    rid,
    link: `dbs/${place.database}/colls/${id}`,
    resource: stamp(described, rid, place),
    shape: shapeOf(described),
    ranges: evenRanges(place.ranges),
    items: itemStore((item) => isExpired(item, container.shape.defaultTtl, place.clock.now())),
  };
  return container;
}

/** Changes what may be changed of a container: indexing (but no vectors), TTL. */
export function replaceContainer(container: Container, definition: JsonObject, clock: Clock): void {
  const described = describe(definition);
  for (const fixed of ['id', 'partitionKey', 'vectorEmbeddingPolicy']) {
    if (canonical(described[fixed]) === canonical(container.resource[fixed])) continue;
    throw badRequest(`The ${fixed} of a container cannot be changed.`);
  }
  container.shape = shapeOf(described);
  container.resource = stamp(described, container.rid, { clock });
}

/** Checks the id of a database or container. */
export function checkId(id: Value): asserts id is string {
  if (typeof id === 'string' && id.length > 0 && id.length <= 255 && !/[/\\?#]/.test(id) && !id.endsWith(' ')) return;
  throw badRequest(`The id ${JSON.stringify(id)} is invalid: 1 to 255 characters, without / \\ ? #.`);
}

function describe(definition: JsonObject): JsonObject {
  for (const name of Object.keys(definition)) {
    if (!MODELLED.includes(name) && !SYSTEM.includes(name)) throw notModelled(`the container property '${name}'`);
  }
  const uniqueKeys = isObject(definition['uniqueKeyPolicy']) ? definition['uniqueKeyPolicy']['uniqueKeys'] : [];
  if (Array.isArray(uniqueKeys) && uniqueKeys.length > 0) throw notModelled('unique keys');
  const kept = Object.entries(definition).filter(([name]) => MODELLED.includes(name));
  return {
    ...Object.fromEntries(kept),
    partitionKey: describePartitionKey(definition['partitionKey']),
    indexingPolicy: describeIndexing(definition['indexingPolicy']),
  };
}

function describePartitionKey(value: Value): JsonObject {
  const paths = isObject(value) && Array.isArray(value['paths']) ? value['paths'] : [];
  const valid = paths.every((path) => typeof path === 'string' && /^\/[^/]/.test(path));
  if (!isObject(value) || !valid || paths.length === 0 || paths.length > 3) {
    throw badRequest(`The partition key definition ${JSON.stringify(value)} is invalid: 1 to 3 paths.`);
  }
  const kind = value['kind'] ?? 'Hash';
  if (kind !== 'Hash' && kind !== 'MultiHash') throw notModelled(`the partition key kind ${JSON.stringify(kind)}`);
  if (kind === 'Hash' && paths.length > 1) throw badRequest('Several partition key paths need the kind MultiHash.');
  const version: Json = value['version'] ?? 2;
  if (version !== 2) throw notModelled('partition keys of version 1');
  return { paths, kind, version };
}

function describeIndexing(value: Value): JsonObject {
  if (!isObject(value)) return DEFAULT_INDEXING_POLICY;
  if (Array.isArray(value['spatialIndexes']) && value['spatialIndexes'].length > 0)
    throw notModelled('spatial indexes');
  return { ...DEFAULT_INDEXING_POLICY, ...value };
}

function shapeOf(definition: JsonObject): ContainerShape {
  const indexing = isObject(definition['indexingPolicy']) ? definition['indexingPolicy'] : {};
  const key = isObject(definition['partitionKey']) ? definition['partitionKey'] : {};
  const paths = Array.isArray(key['paths']) ? key['paths'] : [];
  const defaultTtl = definition['defaultTtl'];
  checkTtl(defaultTtl);
  return {
    keyPaths: paths.map((path) => splitPath(typeof path === 'string' ? path : '')),
    index: compileIndexPolicy(indexing),
    vectors: compileVectorPolicy(definition['vectorEmbeddingPolicy'], indexing),
    fullTextPaths: compileFullTextPolicy(definition['fullTextPolicy'], indexing),
    defaultTtl,
  };
}

/** Checks a TTL, of a container or of an item. */
export function checkTtl(ttl: Value): asserts ttl is number | undefined {
  if (ttl === undefined || ttl === -1) return;
  if (typeof ttl === 'number' && Number.isInteger(ttl) && ttl > 0 && ttl <= 2_147_483_647) return;
  throw badRequest(
    `The input ttl '${JSON.stringify(ttl)}' is invalid. Ensure to provide a nonzero positive integer less than or equal to 2147483647, or -1 for never expire.`,
  );
}

function isExpired(item: StoredItem, defaultTtl: number | undefined, now: number): boolean {
  if (defaultTtl === undefined) return false;
  const own = item.body['ttl'];
  const seconds = typeof own === 'number' ? own : defaultTtl;
  const written = item.body['_ts'];
  return seconds > 0 && typeof written === 'number' && (written + seconds) * 1000 <= now;
}

function stamp(definition: JsonObject, rid: string, place: { clock: Clock }): JsonObject {
  const seconds = Math.floor(place.clock.now() / 1000);
  return {
    ...definition,
    _rid: rid,
    _ts: seconds,
    _self: `dbs/${rid.slice(0, 6)}==/colls/${rid}/`,
    _etag: etagOf(0, seconds),
    _docs: 'docs/',
    _sprocs: 'sprocs/',
    _triggers: 'triggers/',
    _udfs: 'udfs/',
    _conflicts: 'conflicts/',
  };
}
