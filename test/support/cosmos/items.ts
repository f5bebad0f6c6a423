import { createCharge, patchCharge, readCharge, replaceCharge, SMALLEST_CHARGE } from './charges.ts';
import type { Clock } from './clock.ts';
import { checkTtl, type Container } from './containers.ts';
import { badRequest, CosmosFailure, notFound } from './failures.ts';
import type { Partition, StoredItem } from './item-store.ts';
import { isObject, jsonBytes, type JsonObject, type Value } from './json.ts';
import { applyPatch, checkPatchCondition, readPatch } from './patch.ts';
import { effectivePartitionKey, partitionKeyOf, samePartitionKey, type PartitionKey } from './partition-key.ts';
import { etagOf, itemResourceId } from './resource-ids.ts';

/** Where an operation on one item takes place. */
export type ItemPlace = {
  readonly container: Container;
  readonly key: PartitionKey;
  readonly partition: Partition;
  readonly clock: Clock;
};

/** The outcome of an operation on one item. */
export type ItemOutcome = { readonly status: number; readonly item?: StoredItem; readonly charge: number };

// Published: 2 MB of JSON text, as UTF-8.
const SIZE_LIMIT = 2 * 1024 * 1024;
const ID_LIMIT_BYTES = 1023;
const SYSTEM_PROPERTIES = new Set(['_rid', '_self', '_etag', '_attachments', '_ts', '_lsn']);

/** Finds the logical partition of a full key; 400/1001 for a prefix. */
export function placeOf(container: Container, key: PartitionKey, clock: Clock): ItemPlace {
  if (key.length !== container.shape.keyPaths.length) throw keyMismatch();
  return { container, key, partition: container.items.partition(effectivePartitionKey(key)), clock };
}

/** Creates an item; 409 when there is one. */
export function createItem(place: ItemPlace, body: Value): ItemOutcome {
  const { properties, id } = checkBody(place, body);
  if (place.partition.get(id)) {
    throw new CosmosFailure(409, 'Entity with the specified id already exists in the system.');
  }
  const item = write(place, id, properties);
  return { status: 201, item, charge: createCharge(item.bytes, item.terms) };
}

/** Reads an item; 404 when there is none, 304 when `ifNoneMatch` is its ETag. */
export function readItem(place: ItemPlace, id: string, ifNoneMatch?: string): ItemOutcome {
  const item = existing(place, id);
  if (ifNoneMatch !== undefined && ifNoneMatch === item.etag) return { status: 304, charge: SMALLEST_CHARGE };
  return { status: 200, item, charge: readCharge(item.bytes) };
}

/** Replaces an item; 412 when `ifMatch` is not its ETag. */
export function replaceItem(place: ItemPlace, id: string, body: Value, ifMatch?: string): ItemOutcome {
  const { properties, id: newId } = checkBody(place, body);
  const before = existing(place, id);
  checkEtag(before, ifMatch);
  if (newId !== id) throw badRequest(`The id of an item cannot be replaced: '${id}' by '${newId}'.`);
  const item = write(place, id, properties, before);
  return { status: 200, item, charge: replaceCharge(item.bytes, item.terms) };
}

/** Replaces an item or, when there is none, creates it. */
export function upsertItem(place: ItemPlace, body: Value, ifMatch?: string): ItemOutcome {
  const { properties, id } = checkBody(place, body);
  const before = place.partition.get(id);
  if (before) checkEtag(before, ifMatch);
  const item = write(place, id, properties, before);
  const charge = before ? replaceCharge(item.bytes, item.terms) : createCharge(item.bytes, item.terms);
  return { status: before ? 200 : 201, item, charge };
}

/** Deletes an item; 404 when there is none. */
export function deleteItem(place: ItemPlace, id: string, ifMatch?: string): ItemOutcome {
  const before = existing(place, id);
  checkEtag(before, ifMatch);
  place.partition.remove(id);
  place.container.items.nextLsn();
  return { status: 204, charge: createCharge(before.bytes, before.terms) };
}

/** Patches an item; 412 when its condition does not hold. */
export function patchItem(place: ItemPlace, id: string, body: Value, ifMatch?: string): ItemOutcome {
  const { operations, condition } = readPatch(body, place.container.shape.keyPaths);
  const before = existing(place, id);
  checkEtag(before, ifMatch);
  if (condition !== undefined) checkPatchCondition(condition, before.body, place.container.shape, place.clock);
  const { properties } = checkBody(place, applyPatch(before.body, operations));
  const item = write(place, id, properties, before);
  return { status: 200, item, charge: patchCharge(item.bytes, item.terms, operations.length) };
}

/** 400/1001: the key of the request is not the key of the item. */
export function keyMismatch(): CosmosFailure {
  return badRequest(
    "PartitionKey extracted from document doesn't match the one specified in the header, or the key has not as many levels as the container.",
    1001,
  );
}

function existing(place: ItemPlace, id: string): StoredItem {
  const item = place.partition.get(id);
  if (!item) throw notFound(`item '${id}'`);
  return item;
}

function checkEtag(item: StoredItem, ifMatch: string | undefined): void {
  if (ifMatch === undefined || ifMatch === '*' || ifMatch === item.etag) return;
  throw new CosmosFailure(412, 'Operation cannot be performed because one of the specified precondition is not met.');
}

function checkBody(place: ItemPlace, body: Value): { properties: JsonObject; id: string } {
  if (!isObject(body)) throw badRequest('The input content is invalid: an item is a JSON object.');
  const { id, ttl } = { id: body['id'], ttl: body['ttl'] };
  if (typeof id !== 'string' || id === '' || Buffer.byteLength(id) > ID_LIMIT_BYTES || /[/\\?#]/.test(id)) {
    throw badRequest(
      `The input content is invalid because the required property 'id' is ${id === undefined ? 'missing' : 'invalid'}.`,
    );
  }
  checkTtl(ttl);
  if (!samePartitionKey(partitionKeyOf(body, place.container.shape.keyPaths), place.key)) throw keyMismatch();
  const properties = Object.fromEntries(Object.entries(body).filter(([name]) => !SYSTEM_PROPERTIES.has(name)));
  if (jsonBytes(properties) > SIZE_LIMIT) throw new CosmosFailure(413, 'Request size is too large');
  return { properties, id };
}

function write(place: ItemPlace, id: string, properties: JsonObject, before?: StoredItem): StoredItem {
  const { container, partition, clock } = place;
  const number = before?.number ?? container.items.nextNumber();
  const lsn = container.items.nextLsn();
  const seconds = Math.floor(clock.now() / 1000);
  const etag = etagOf(lsn, seconds);
  const rid = itemResourceId(container.rid, number);
  const body: JsonObject = {
    ...properties,
    _rid: rid,
    _self: `dbs/${container.rid.slice(0, 6)}==/colls/${container.rid}/docs/${rid}/`,
    _etag: etag,
    _attachments: 'attachments/',
    _ts: seconds,
  };
  const terms = container.shape.index.countTerms(properties);
  const bytes = jsonBytes(properties);
  const item: StoredItem = { id, body, epk: partition.epk, number, lsn, etag, bytes, terms };
  partition.put(item);
  return item;
}
