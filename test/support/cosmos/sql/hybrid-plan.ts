import type { TextStatistics } from '../full-text.ts';
import type { Json, JsonObject } from '../json.ts';
import { compileQuery } from './compile-query.ts';
import { printExpression, printQuery } from './print.ts';
import { rankComponents, readRank, statisticsQuery, type RankComponent } from './rank.ts';
import { FILTER, orderedPayload, payloadOf, ridOf, unpaged } from './rewrite.ts';
import type { QuerySetting } from './scope.ts';
import type { Expression, Query } from './syntax.ts';

// Seen in the gateway's plans: TOP 10 asks 120 of each component, TOP 100 asks 200.
const FEWEST_CANDIDATES = 120;
const NO_STATISTICS: readonly TextStatistics[] = Array.from({ length: 20 }, () => ({
  documentCount: 0,
  totalWordCount: 0,
  hitCounts: [],
}));

/** `hybridSearchQueryInfo` of a query plan: the short form, or the one of older gateways with rewritten ORDER BY. */
export function planHybrid(query: Query, setting: QuerySetting, short: boolean): JsonObject {
  const { skip, take } = compileQuery({ ...query, rank: undefined }, setting);
  const base = unpaged(query);
  const { weights, texts } = readRank(query, setting);
  const components = rankComponents(query, setting);
  checkComponents(base, rankComponents(query, setting, NO_STATISTICS), setting);
  const top: Partial<Query> = Number.isFinite(take)
    ? { top: { kind: 'literal', value: Math.max(FEWEST_CANDIDATES, 2 * (skip + take)) } }
    : {};
  const rewritten = short && components.length > 1 ? shortComponent : orderedComponent(short);
  return {
    globalStatisticsQuery: printQuery(statisticsQuery(query, setting)),
    componentQueryInfos: components.map((component) => rewritten(component, { ...base, ...top }, components)),
    componentWithoutPayloadQueryInfos: [],
    projectionQueryInfo: null,
    componentWeights: weights.map(Math.abs),
    skip: query.offset ? skip : null,
    take: Number.isFinite(take) ? take : null,
    requiresGlobalStatistics: texts.length > 0,
  };
}

const NO_QUERY_INFO: JsonObject = {
  distinctType: 'None',
  top: null,
  offset: null,
  limit: null,
  orderBy: [],
  orderByExpressions: [],
  groupByExpressions: [],
  groupByAliases: [],
  aggregates: [],
  groupByAliasToAggregateType: {},
  rewrittenQuery: '',
  hasSelectValue: false,
  dCountInfo: null,
  hasNonStreamingOrderBy: false,
};

// Placeholders do not compile; so that a wrong component is refused with the plan, it is compiled with zeros.
function checkComponents(base: Query, components: readonly RankComponent[], setting: QuerySetting): void {
  for (const { order } of components) compileQuery({ ...base, orderBy: [order] }, setting);
}

// The plan says that there is no ORDER BY, and the client sorts every score downwards: ascending ones are negated.
function shortComponent(component: RankComponent, base: Query, components: readonly RankComponent[]): JsonObject {
  const scores = components.map(({ ascending, score }): Expression =>
    ascending ? { kind: 'binary', operator: '*', left: { kind: 'literal', value: -1 }, right: score } : score,
  );
  const items = [
    { expression: ridOf(base) },
    { expression: payloadOf(base), alias: 'payload' },
    { expression: { kind: 'array', elements: scores } as const, alias: 'componentScores' },
  ];
  const query: Query = { ...base, selection: { kind: 'list', items }, orderBy: [component.order] };
  return { ...NO_QUERY_INFO, rewrittenQuery: printQuery(query) };
}

function orderedComponent(short: boolean) {
  return (component: RankComponent, base: Query, components: readonly RankComponent[]): JsonObject => {
    const scores = short ? [] : components.map(({ score }) => score);
    const payload: Expression = {
      kind: 'object',
      entries: [
        { name: 'payload', value: payloadOf(base) },
        { name: 'componentScores', value: { kind: 'array', elements: scores } },
      ],
    };
    const query: Query = {
      ...base,
      selection: orderedPayload(base, [component.order.expression], payload),
      where: base.where ? { kind: 'binary', operator: 'AND', left: base.where, right: FILTER } : FILTER,
      orderBy: [component.order],
    };
    const top: Json = base.top?.kind === 'literal' ? (base.top.value ?? null) : null;
    return {
      ...NO_QUERY_INFO,
      top,
      orderBy: [component.ascending ? 'Ascending' : 'Descending'],
      orderByExpressions: [printExpression(component.order.expression)],
      rewrittenQuery: printQuery(query),
      hasNonStreamingOrderBy: true,
    };
  };
}
