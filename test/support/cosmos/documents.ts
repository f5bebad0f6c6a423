import { runAtomicBatch, runBulk, type BatchOutcome } from './batch.ts';
import { answerChangeFeed } from './change-feed.ts';
import type { Clock } from './clock.ts';
import type { Container } from './containers.ts';
import type { Call, Reply } from './exchange.ts';
import { badRequest } from './failures.ts';
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
import { isObject, type Value } from './json.ts';
import { isOn, type OperationName } from './operations.ts';
import { effectivePartitionKey, parsePartitionKey, type PartitionKey } from './partition-key.ts';
import { rangeById, rangeOf, type PhysicalRange } from './partitioning.ts';
import { answerPlan, answerQuery, type GatewayBehaviour } from './queries.ts';

/** Answers a request on a container's items, query plans and ranges. */
export function answerDocuments(
  operation: OperationName,
  call: Call,
  container: Container,
  surroundings: { clock: Clock; gateway: GatewayBehaviour },
): Reply {
  const { clock, gateway } = surroundings;
  switch (operation) {
    case 'ranges':
      return rangesReply(container);
    case 'queryPlan':
      return answerPlan(call, container, clock, gateway);
    case 'query':
      return answerQuery(call, container, clock, gateway);
    case 'changeFeed':
      return answerChangeFeed(call, container);
    case 'batch':
      return batchReply(runAtomicBatch(container, keyOf(call), batchBody(call, gateway), clock, isMinimal(call)));
    case 'bulk': {
      const range = rangeById(container.ranges, call.header('x-ms-documentdb-partitionkeyrangeid') ?? '');
      const continueOnError = isOn(call, 'x-ms-cosmos-batch-continue-on-error');
      return batchReply(runBulk(container, range, call.body, clock, { minimal: isMinimal(call), continueOnError }));
    }
    default:
      return itemReply(answerItem(operation, call, placeOf(container, keyOf(call), clock)));
  }
}

/** The session token of an answer: how far the ranges it speaks for have come. */
export function sessionToken(call: Call, container: Container): string {
  const lsn = container.items.lastLsn();
  return spokenFor(call, container)
    .map(({ id }) => `${id}:-1#${lsn}`)
    .join(',');
}

function spokenFor(call: Call, container: Container): readonly PhysicalRange[] {
  const id = call.header('x-ms-documentdb-partitionkeyrangeid');
  const key = call.header('x-ms-documentdb-partitionkey');
  if (id !== undefined) return container.ranges.filter((range) => range.id === id);
  if (key === undefined) return container.ranges;
  return [rangeOf(container.ranges, effectivePartitionKey(parsePartitionKey(key)))];
}

function answerItem(operation: OperationName, call: Call, place: ItemPlace): ItemOutcome {
  const id = call.segments[5] ?? '';
  const ifMatch = call.header('if-match');
  switch (operation) {
    case 'create':
      return createItem(place, call.body);
    case 'upsert':
      return upsertItem(place, call.body, ifMatch);
    case 'read':
      return readItem(place, id, call.header('if-none-match'));
    case 'replace':
      return replaceItem(place, id, call.body, ifMatch);
    case 'patch':
      return patchItem(place, id, call.body, ifMatch);
    case 'delete':
      return deleteItem(place, id, ifMatch);
    default:
      throw badRequest(`${operation} is no operation on an item.`);
  }
}

function keyOf(call: Call): PartitionKey {
  const header = call.header('x-ms-documentdb-partitionkey');
  if (header === undefined) throw badRequest('PartitionKey value must be supplied for this operation.');
  return parsePartitionKey(header);
}

function batchBody({ body }: Call, { batchEtags }: GatewayBehaviour): Value {
  if (batchEtags === 'checked' || !Array.isArray(body)) return body;
  return body.map((operation) => (isObject(operation) ? { ...operation, ifMatch: null } : operation));
}

function isMinimal(call: Call): boolean {
  return call.header('prefer')?.toLowerCase() === 'return=minimal';
}

function itemReply({ status, item, charge }: ItemOutcome): Reply {
  if (!item) return { status, charge };
  return { status, charge, body: item.body, headers: { etag: item.etag } };
}

function batchReply({ status, results, charge }: BatchOutcome): Reply {
  return { status, charge, body: results, headers: { 'x-ms-item-count': String(results.length) } };
}

function rangesReply(container: Container): Reply {
  const ranges = container.ranges.map(({ id, min, max, parents }) => ({
    _rid: container.rid,
    id,
    _etag: '"00000000-0000-0000-0000-000000000000"',
    minInclusive: min,
    maxExclusive: max,
    ridPrefix: Number(id),
    _self: `${container.link}/pkranges/${id}/`,
    throughputFraction: 1 / container.ranges.length,
    status: 'online',
    parents: [...parents],
    _ts: 0,
  }));
  return { status: 200, body: { _rid: container.rid, PartitionKeyRanges: ranges, _count: ranges.length } };
}
