import type { Clock } from './clock.ts';
import type { Container } from './containers.ts';
import type { Call, Reply } from './exchange.ts';
import { badRequest, CosmosFailure, notModelled } from './failures.ts';
import { queryCharge, SMALLEST_CHARGE } from './charges.ts';
import { isObject, type JsonObject, type Value } from './json.ts';
import { parsePartitionKey } from './partition-key.ts';
import { EVERYTHING, intersection, rangeById, spanOf, type Span } from './partitioning.ts';
import { queryPage, type QueryPage } from './query-pages.ts';
import { compileQuery } from './sql/compile-query.ts';
import { searchHybrid } from './sql/hybrid-search.ts';
import { parseQuery } from './sql/parse-query.ts';
import { needsPipeline, planQuery } from './sql/plan.ts';
import type { QuerySetting, WithoutVector } from './sql/scope.ts';
import type { Query } from './sql/syntax.ts';
import { targetSpans } from './sql/targets.ts';

/** What a real gateway does and nobody here could verify: a suite runs both ways. */
export type GatewayBehaviour = {
  /**
   * A full partition key beside ORDER BY RANK. `ignored`: the query takes the pipeline, whose requests carry no key.
   * `honoured`: the gateway answers by itself, from that logical partition.
   */
  readonly partitionKeyWithRank: 'ignored' | 'honoured';
  /** A prefix of a hierarchical key on a query: dropped, applied as a filter, or answered with 400. */
  readonly prefixKeyHeader: 'ignored' | 'honoured' | 'refused';
  readonly itemsWithoutVector: WithoutVector;
  /** Whether pages are shorter than asked and the first one is empty, as they may always be. */
  readonly shortPages: boolean;
  /** Whether a batch checks ETags. The service does; Microsoft's own emulator has been seen not to. */
  readonly batchEtags: 'checked' | 'ignored';
};

const PLAN_NEEDED =
  'The provided cross partition query can not be directly served by the gateway. This is a first chance (internal) exception that all newer clients will know how to handle gracefully. This exception is traced, but unless you see it bubble up as an exception (which only happens on older SDK clients), then you can safely ignore this message.';

/** Answers a request for a query plan. */
export function answerPlan(call: Call, container: Container, clock: Clock, gateway: GatewayBehaviour): Reply {
  const { query, setting } = readQuery(call, container, clock, gateway);
  const features = new Set((call.header('x-ms-cosmos-supported-query-features') ?? '').split(/,\s*/));
  return { status: 200, body: planQuery(query, setting, features), charge: SMALLEST_CHARGE };
}

/** Answers a query: of one range, of one logical partition, or of the whole container. */
export function answerQuery(call: Call, container: Container, clock: Clock, gateway: GatewayBehaviour): Reply {
  const { query, setting } = readQuery(call, container, clock, gateway);
  const rangeId = call.header('x-ms-documentdb-partitionkeyrangeid');
  if (rangeId !== undefined) {
    const spans = [intersection(rangeById(container.ranges, rangeId), headerSpan(call))];
    return pageReply(
      call,
      container,
      query,
      setting,
      spans.filter((span) => span !== undefined),
      gateway,
    );
  }
  const header = call.header('x-ms-documentdb-partitionkey');
  const key = header === undefined ? undefined : parsePartitionKey(header);
  if (!key || key.length === 0) return answerCrossPartition(call, container, query, setting, gateway);
  const levels = container.shape.keyPaths.length;
  if (key.length > levels)
    throw badRequest(`The partition key ${header ?? ''} has more levels than the container.`, 1001);
  if (key.length < levels) {
    if (gateway.prefixKeyHeader === 'refused') {
      throw badRequest(`The partition key ${header ?? ''} has fewer levels than the container.`, 1001);
    }
    if (gateway.prefixKeyHeader === 'ignored') return answerCrossPartition(call, container, query, setting, gateway);
    return answerWithin(call, container, query, setting, spanOf(key), gateway);
  }
  if (query.rank && gateway.partitionKeyWithRank === 'ignored') {
    return answerCrossPartition(call, container, query, setting, gateway);
  }
  if (query.rank) return rankReply(container, query, setting, spanOf(key));
  return pageReply(call, container, query, setting, [spanOf(key)], gateway);
}

/** Reads the span that `x-ms-start-epk` and `x-ms-end-epk` narrow a request to. */
export function headerSpan(call: Call): Span {
  return {
    min: call.header('x-ms-start-epk') ?? EVERYTHING.min,
    max: call.header('x-ms-end-epk') ?? EVERYTHING.max,
  };
}

function answerCrossPartition(
  call: Call,
  container: Container,
  query: Query,
  setting: QuerySetting,
  gateway: GatewayBehaviour,
): Reply {
  if (call.header('x-ms-documentdb-query-enablecrosspartition')?.toLowerCase() !== 'true') {
    throw badRequest('Cross partition query is required but disabled.', 1004);
  }
  return answerWithin(call, container, query, setting, EVERYTHING, gateway);
}

function answerWithin(
  call: Call,
  container: Container,
  query: Query,
  setting: QuerySetting,
  within: Span,
  gateway: GatewayBehaviour,
): Reply {
  if (query.sources.length === 0) throw notModelled('a query without FROM over several partitions');
  if (needsPipeline(query)) {
    const plan = planQuery(query, setting);
    throw new CosmosFailure(400, PLAN_NEEDED, { substatus: 1004, plan });
  }
  const targets = targetSpans(query, setting);
  const spans = container.ranges.flatMap((range) =>
    targets.flatMap((target) => {
      const part = intersection(range, target);
      const found = part && intersection(part, within);
      return found ? [found] : [];
    }),
  );
  return pageReply(call, container, query, setting, spans, gateway);
}

function pageReply(
  call: Call,
  container: Container,
  query: Query,
  setting: QuerySetting,
  spans: readonly Span[],
  gateway: GatewayBehaviour,
): Reply {
  const size = Number(call.header('x-ms-max-item-count') ?? Number.NaN);
  const page = queryPage(container.items, compileQuery(query, setting), spans, {
    size: Number.isInteger(size) ? size : undefined,
    continuation: call.header('x-ms-continuation'),
    short: gateway.shortPages,
  });
  return documentsReply(container, page, call.header('x-ms-documentdb-populatequerymetrics') !== undefined);
}

function rankReply(container: Container, query: Query, setting: QuerySetting, span: Span): Reply {
  const items = container.items.scan(span);
  const bodies = items.map(({ body }) => body);
  const everything = container.items.scan(EVERYTHING).map(({ body }) => body);
  const rows = searchHybrid(query, setting, bodies, everything);
  return documentsReply(container, {
    documents: rows.filter((row) => row !== undefined),
    continuation: undefined,
    charge: queryCharge(items.map(({ bytes }) => bytes)),
    loaded: items.length,
  });
}

function documentsReply(container: Container, page: QueryPage, metrics = false): Reply {
  const { documents, continuation, charge, loaded } = page;
  return {
    status: 200,
    charge,
    body: { _rid: container.rid, Documents: documents, _count: documents.length },
    headers: {
      'x-ms-item-count': String(documents.length),
      ...(continuation === undefined ? {} : { 'x-ms-continuation': continuation }),
      ...(metrics
        ? {
            'x-ms-documentdb-query-metrics': `totalExecutionTimeInMs=0.10;retrievedDocumentCount=${loaded};outputDocumentCount=${documents.length}`,
          }
        : {}),
    },
  };
}

function readQuery(
  call: Call,
  container: Container,
  clock: Clock,
  gateway: GatewayBehaviour,
): { query: Query; setting: QuerySetting } {
  const body: JsonObject = isObject(call.body) ? call.body : {};
  const text = body['query'];
  if (typeof text !== 'string') throw badRequest('A query request needs a query text.');
  const setting: QuerySetting = {
    target: container.shape,
    parameters: readParameters(body['parameters']),
    clock,
    itemsWithoutVector: gateway.itemsWithoutVector,
  };
  return { query: parseQuery(text), setting };
}

function readParameters(list: Value): Map<string, Value> {
  const parameters = new Map<string, Value>();
  for (const entry of Array.isArray(list) ? list : []) {
    const name = isObject(entry) ? entry['name'] : undefined;
    if (typeof name !== 'string' || !name.startsWith('@'))
      throw badRequest(`The parameter name ${JSON.stringify(name)} is invalid.`);
    // A parameter whose value JSON leaves out is `undefined`, which is a value here.
    parameters.set(name, isObject(entry) ? entry['value'] : undefined);
  }
  return parameters;
}
