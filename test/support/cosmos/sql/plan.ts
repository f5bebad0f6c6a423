import { badRequest, queryError } from '../failures.ts';
import type { JsonObject } from '../json.ts';
import { compileQuery, nameItems } from './compile-query.ts';
import { distanceOf } from './compile-call.ts';
import { hasAggregate, projected } from './grouping.ts';
import { planHybrid } from './hybrid-plan.ts';
import { isScore } from './order.ts';
import { printExpression, printQuery } from './print.ts';
import { FILTER, orderedPayload, payloadOf, unpaged } from './rewrite.ts';
import type { QuerySetting, Scope } from './scope.ts';
import { plannedRanges } from './targets.ts';
import { AGGREGATES, aggregateOf, some, type Expression, type Query } from './syntax.ts';
import { isAscending } from '../vectors.ts';

/**
 * The query plan that the gateway gives, from which the SDK runs a query over all ranges by itself. Its form is that
 * of the plans in the tests of the .NET SDK. `features` is what the client says it can do; what is missing is 400.
 */
export function planQuery(query: Query, setting: QuerySetting, features?: ReadonlySet<string>): JsonObject {
  if (features) checkFeatures(query, features);
  const queryRanges = plannedRanges(query, setting).map((range) => ({ ...range }));
  if (query.rank) {
    const hybridSearchQueryInfo = planHybrid(query, setting, features?.has('HybridSearchSkipOrderByRewrite') ?? false);
    return { partitionedQueryExecutionInfoVersion: 2, queryInfo: null, hybridSearchQueryInfo, queryRanges };
  }
  const { skip, take, sorts } = compileQuery(query, setting);
  const page = Number.isFinite(take) ? take : null;
  const grouped = query.groupBy.length > 0 || hasAggregate(query);
  const [first] = query.orderBy;
  const queryInfo: JsonObject = {
    distinctType: distinctType(query),
    top: query.top ? page : null,
    offset: query.offset ? skip : null,
    limit: query.limit ? page : null,
    orderBy: directions(query, sorts, setting),
    orderByExpressions: query.orderBy.map(({ expression }) => printExpression(expression)),
    groupByExpressions: query.groupBy.map(printExpression),
    ...(grouped ? groupInfo(query) : { groupByAliases: [], aggregates: [], groupByAliasToAggregateType: {} }),
    rewrittenQuery: rewrite(query, skip, take, grouped),
    hasSelectValue: query.selection.kind === 'value',
    dCountInfo: null,
    hasNonStreamingOrderBy: first !== undefined && isScore(first.expression),
  };
  return { partitionedQueryExecutionInfoVersion: 2, queryInfo, queryRanges };
}

/** Whether the gateway can answer a query over many ranges by itself, a page of one range at a time. */
export function needsPipeline(query: Query): boolean {
  return (
    query.distinct ||
    query.top !== undefined ||
    query.limit !== undefined ||
    query.rank !== undefined ||
    query.orderBy.length > 0 ||
    query.groupBy.length > 0 ||
    hasAggregate(query)
  );
}

function checkFeatures(query: Query, features: ReadonlySet<string>): void {
  const uses = (test: (part: Expression) => boolean): boolean => projected(query).some((part) => some(part, test));
  const needed: readonly (readonly [string, boolean])[] = [
    ['Distinct', query.distinct],
    ['Top', query.top !== undefined],
    ['OffsetAndLimit', query.limit !== undefined],
    ['OrderBy', query.orderBy.length > 0],
    ['MultipleOrderBy', query.orderBy.length > 1],
    ['NonStreamingOrderBy', query.orderBy.some(({ expression }) => isScore(expression))],
    ['GroupBy', query.groupBy.length > 0],
    ['Aggregate', hasAggregate(query)],
    ['NonValueAggregate', hasAggregate(query) && query.selection.kind !== 'value'],
    ['CountIf', uses((part) => aggregateOf(part) === 'COUNTIF')],
    ['HybridSearch', query.rank !== undefined],
    ['WeightedRankFusion', isWeighted(query.rank)],
  ];
  const missing = needed.filter(([feature, used]) => used && !features.has(feature)).map(([feature]) => feature);
  if (missing.length === 0) return;
  throw badRequest(
    `Query contains the following features, which the calling client does not support: ${missing.join(', ')}`,
  );
}

function isWeighted(rank: Expression | undefined): boolean {
  return rank?.kind === 'call' && rank.name.toUpperCase() === 'RRF' && rank.arguments.at(-1)?.kind === 'array';
}

function distinctType(query: Query): string {
  if (!query.distinct) return 'None';
  const sorted = new Set(query.orderBy.map(({ expression }) => printExpression(expression)));
  // Equal rows are next to each other only when everything shown is also sorted by.
  const shown = projected(query).map(printExpression);
  return shown.length > 0 && shown.every((text) => sorted.has(text)) ? 'Ordered' : 'Unordered';
}

function directions(query: Query, sorts: readonly { readonly descending: boolean }[], setting: QuerySetting): string[] {
  return query.orderBy.map(({ expression }, index) => {
    if (expression.kind === 'call' && isScore(expression)) {
      const names = new Map(query.sources.map((source) => [source.alias, source.kind === 'container']));
      const scope: Scope = { setting, names, subquery: () => () => [] };
      return isAscending(distanceOf(expression, scope).by) ? 'Ascending' : 'Descending';
    }
    return sorts[index]?.descending ? 'Descending' : 'Ascending';
  });
}

function groupInfo(query: Query): JsonObject {
  if (query.selection.kind === 'value') {
    const kind = aggregateOf(query.selection.expression);
    return { groupByAliases: [], aggregates: kind ? [AGGREGATES[kind]] : [], groupByAliasToAggregateType: {} };
  }
  const items = query.selection.kind === 'list' ? query.selection.items : [];
  const names = nameItems(items);
  const types: JsonObject = {};
  items.forEach(({ expression }, index) => {
    const kind = aggregateOf(expression);
    types[names[index] ?? ''] = kind ? AGGREGATES[kind] : null;
  });
  return { groupByAliases: names, aggregates: [], groupByAliasToAggregateType: types };
}

function rewrite(query: Query, skip: number, take: number, grouped: boolean): string {
  if (grouped) return printQuery(rewriteGrouped(query));
  const paged = Number.isFinite(take) ? pageOf(query, skip, take) : {};
  if (query.orderBy.length === 0) {
    return query.limit ? printQuery({ ...query, ...paged }) : '';
  }
  const items = query.orderBy.map(({ expression }) => expression);
  return printQuery({
    ...unpaged(query),
    // DISTINCT is left to the client, so nothing may be cut before it.
    ...(query.distinct ? {} : paged),
    distinct: false,
    selection: orderedPayload(query, items, payloadOf(query)),
    where: query.where ? { kind: 'binary', operator: 'AND', left: query.where, right: FILTER } : FILTER,
  });
}

function pageOf(query: Query, skip: number, take: number): Partial<Query> {
  if (query.top) return { top: { kind: 'literal', value: take } };
  return { offset: { kind: 'literal', value: 0 }, limit: { kind: 'literal', value: skip + take } };
}

function rewriteGrouped(query: Query): Query {
  const rest = unpaged(query);
  const { selection } = query;
  const names = selection.kind === 'list' ? nameItems(selection.items) : [];
  for (const expression of projected(query)) checkComposition(expression);
  const payload: Expression =
    selection.kind === 'value'
      ? partialValue(selection.expression)
      : {
          kind: 'object',
          entries: projected(query).map((expression, index) => ({
            name: names[index] ?? '',
            value: aggregateOf(expression) ? partial(expression) : expression,
          })),
        };
  if (query.groupBy.length === 0) {
    if (selection.kind === 'value') return { ...rest, selection: { kind: 'value', expression: payload } };
    return { ...rest, selection: { kind: 'list', items: [{ expression: payload, alias: 'payload' }] } };
  }
  const groupByItems: Expression = {
    kind: 'array',
    elements: query.groupBy.map((value) => ({ kind: 'object', entries: [{ name: 'item', value }] })),
  };
  const items = [
    { expression: groupByItems, alias: 'groupByItems' },
    { expression: payload, alias: 'payload' },
  ];
  return { ...rest, selection: { kind: 'list', items } };
}

function checkComposition(expression: Expression): void {
  if (aggregateOf(expression) || !some(expression, (part) => aggregateOf(part) !== undefined)) return;
  throw queryError('Compositions of aggregates and other expressions are not allowed.');
}

function partialValue(expression: Expression): Expression {
  return aggregateOf(expression) ? { kind: 'array', elements: [partial(expression)] } : expression;
}

// What one range contributes to an aggregate, in the form that the SDK adds up.
function partial(expression: Expression): Expression {
  const kind = aggregateOf(expression);
  const values = expression.kind === 'call' ? expression.arguments : [];
  const call = (name: string): Expression => ({ kind: 'call', name, arguments: values });
  const object = (...entries: readonly (readonly [string, Expression])[]): Expression => ({
    kind: 'object',
    entries: entries.map(([name, value]) => ({ name, value })),
  });
  if (kind === 'AVG') return object(['item', object(['sum', call('SUM')], ['count', call('COUNT')])]);
  if (kind !== 'MIN' && kind !== 'MAX') return object(['item', expression]);
  const name = kind.toLowerCase();
  return object(['item', call(kind)], ['item2', object([name, call(kind)], ['count', call('COUNT')])]);
}
