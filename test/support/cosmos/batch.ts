import type { Clock } from './clock.ts';
import type { Container } from './containers.ts';
import { badRequest, CosmosFailure } from './failures.ts';
import {
  createItem,
  deleteItem,
  patchItem,
  placeOf,
  readItem,
  replaceItem,
  upsertItem,
  type ItemOutcome,
  type ItemPlace,
} from './items.ts';
import { staged } from './item-store.ts';
import { isObject, jsonBytes, type Json, type JsonObject, type Value } from './json.ts';
import { parsePartitionKey, type PartitionKey } from './partition-key.ts';
import { contains, type PhysicalRange } from './partitioning.ts';

/** The outcome of a batch: one result an operation, in order. */
export type BatchOutcome = { readonly status: number; readonly results: JsonObject[]; readonly charge: number };

const OPERATION_LIMIT = 100;
// Published: of the whole request, as for a single item.
const SIZE_LIMIT = 2 * 1024 * 1024;

/** Runs a batch of one logical partition, all or nothing: the failing operation says why, the others say 424. */
export function runAtomicBatch(
  container: Container,
  key: PartitionKey,
  body: Value,
  clock: Clock,
  minimal: boolean,
): BatchOutcome {
  const operations = readOperations(body);
  const place = placeOf(container, key, clock);
  const partition = staged(place.partition);
  const results: JsonObject[] = [];
  for (const [index, operation] of operations.entries()) {
    const result = attempt(operation, { ...place, partition }, minimal);
    if (isFailure(result)) {
      const failed = operations.map((_, at) => (at === index ? result : dependent()));
      return { status: 207, results: failed, charge: total([...results, result]) };
    }
    results.push(result);
  }
  partition.commit();
  return { status: 200, results, charge: total(results) };
}

/** Runs the operations of one physical range, each for itself. */
export function runBulk(
  container: Container,
  range: PhysicalRange,
  body: Value,
  clock: Clock,
  options: { minimal: boolean; continueOnError: boolean },
): BatchOutcome {
  const results: JsonObject[] = [];
  let stopped = false;
  for (const operation of readOperations(body)) {
    const key = operation['partitionKey'];
    if (typeof key !== 'string') throw badRequest('An operation of a bulk request needs its partition key.');
    const place = placeOf(container, parsePartitionKey(key), clock);
    if (!contains(range, place.partition.epk)) {
      throw badRequest(`The key ${key} is not in the addressed range ${range.id}.`, 1001);
    }
    const result: JsonObject = stopped ? dependent() : attempt(operation, place, options.minimal);
    stopped ||= !options.continueOnError && isFailure(result);
    results.push(result);
  }
  return { status: results.some(isFailure) ? 207 : 200, results, charge: total(results) };
}

function readOperations(body: Value): JsonObject[] {
  if (jsonBytes(body) > SIZE_LIMIT) throw new CosmosFailure(413, 'Request size is too large');
  if (!Array.isArray(body) || body.length === 0) throw badRequest('A batch is a list of operations.');
  if (body.length > OPERATION_LIMIT) {
    throw badRequest(`Batch request has more operations than what is supported: ${body.length} of ${OPERATION_LIMIT}.`);
  }
  return body.map((operation: Json) => {
    if (!isObject(operation)) throw badRequest('An operation of a batch is an object.');
    return operation;
  });
}

function attempt(operation: JsonObject, place: ItemPlace, minimal: boolean): JsonObject {
  try {
    const { status, item, charge } = perform(operation, place);
    return {
      statusCode: status,
      requestCharge: charge,
      ...(item ? { eTag: item.etag } : {}),
      ...(item && (!minimal || operation['operationType'] === 'Read') ? { resourceBody: item.body } : {}),
    };
  } catch (failure) {
    if (!(failure instanceof CosmosFailure)) throw failure;
    return {
      statusCode: failure.status,
      subStatusCode: failure.substatus,
      requestCharge: 1,
      message: failure.message,
    };
  }
}

function perform(operation: JsonObject, place: ItemPlace): ItemOutcome {
  const { id, body, ifMatch } = {
    id: operation['id'],
    body: operation['resourceBody'],
    ifMatch: typeof operation['ifMatch'] === 'string' ? operation['ifMatch'] : undefined,
  };
  const kind = operation['operationType'];
  if (kind === 'Create') return createItem(place, body);
  if (kind === 'Upsert') return upsertItem(place, body, ifMatch);
  if (typeof id !== 'string') throw badRequest(`The operation ${JSON.stringify(kind)} needs an id.`);
  if (kind === 'Read') return readItem(place, id, stringOf(operation['ifNoneMatch']));
  if (kind === 'Replace') return replaceItem(place, id, body, ifMatch);
  if (kind === 'Delete') return deleteItem(place, id, ifMatch);
  if (kind === 'Patch') return patchItem(place, id, body, ifMatch);
  throw badRequest(`The batch operation ${JSON.stringify(kind)} is unknown.`);
}

function stringOf(value: Value): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function dependent(): JsonObject {
  return { statusCode: 424, subStatusCode: 0, requestCharge: 0 };
}

function isFailure(result: JsonObject): boolean {
  return Number(result['statusCode']) >= 400;
}

function total(results: readonly JsonObject[]): number {
  return Math.round(results.reduce((sum, result) => sum + Number(result['requestCharge']), 0) * 100) / 100;
}
