import { notModelled, queryError } from '../failures.ts';
import type { TextStatistics } from '../full-text.ts';
import { isAscending } from '../vectors.ts';
import { checkFullTextPath, distanceOf } from './compile-call.ts';
import { UNRANKED } from './print.ts';
import type { QuerySetting, Scope } from './scope.ts';
import type { Expression, OrderItem, Query } from './syntax.ts';

type Call = Expression & { readonly kind: 'call' };

/** ORDER BY RANK, taken apart. */
export type Rank = {
  /** The scoring functions, as written. */
  readonly calls: readonly Call[];
  /** Their weights; none when RRF has no list of weights. A negative one ranks upside down. */
  readonly weights: readonly number[];
  /** Those of the functions that score a text. */
  readonly texts: readonly Call[];
};

/** One thing that ORDER BY RANK ranks by. */
export type RankComponent = {
  /** The score as the backend computes it, and the direction in which it is sorted. */
  readonly order: OrderItem;
  readonly ascending: boolean;
  /** The score where there is one, otherwise one that ranks last. */
  readonly score: Expression;
};

// Not in the reference documentation; the limit that users report.
const MOST_TERMS = 16;
const PLACEHOLDER = 'documentdb-formattablehybridsearchquery';

/** Takes ORDER BY RANK apart; 400 for a form that is not known. */
export function readRank(query: Query, setting: QuerySetting): Rank {
  const { rank } = query;
  if (rank?.kind !== 'call') throw queryError('ORDER BY RANK takes FullTextScore, VectorDistance or RRF.');
  if (query.sources.length !== 1 || query.groupBy.length > 0 || query.distinct) {
    throw notModelled('ORDER BY RANK together with JOIN, GROUP BY or DISTINCT');
  }
  const fused = rank.name.toUpperCase() === 'RRF';
  const last = rank.arguments.at(-1);
  const weights = fused && last?.kind === 'array' ? last.elements.map(weightOf) : [];
  const parts = fused ? rank.arguments.slice(0, weights.length > 0 ? -1 : undefined) : [rank];
  if (fused && parts.length < 2) throw queryError('The RRF function requires at least 2 scoring functions.');
  if (weights.length > 0 && weights.length !== parts.length) {
    throw queryError(`RRF has ${parts.length} scoring functions, but ${weights.length} weights.`);
  }
  const calls = parts.map((part) => scoringCall(part, scopeOf(query, setting)));
  return { calls, weights, texts: calls.filter(isText) };
}

/** The components of ORDER BY RANK; without statistics, with the placeholders that the SDK fills in. */
export function rankComponents(
  query: Query,
  setting: QuerySetting,
  statistics?: readonly TextStatistics[],
): RankComponent[] {
  const { calls, weights, texts } = readRank(query, setting);
  return calls.map((call, index): RankComponent => {
    const negative = (weights[index] ?? 1) < 0;
    if (isText(call)) {
      const place = texts.indexOf(call);
      const known = statistics?.[place];
      const score = textScore(call, known ? literals(known) : placeholders(place));
      const order: OrderItem = { expression: score, direction: negative ? 'ASC' : 'DESC' };
      return { order, ascending: negative, score: orElse(score, negative ? UNRANKED : -1) };
    }
    const ascending = isAscending(distanceOf(call, scopeOf(query, setting)).by) !== negative;
    const expression: Expression = { ...call, name: '_VectorScore' };
    const order: OrderItem = negative ? { expression, direction: ascending ? 'ASC' : 'DESC' } : { expression };
    return { order, ascending, score: orElse(expression, ascending ? UNRANKED : -UNRANKED) };
  });
}

/** The query whose sums over all ranges are BM25's statistics. It has no WHERE: they span the whole container. */
export function statisticsQuery(query: Query, setting: QuerySetting): Query {
  const { texts } = readRank(query, setting);
  const one: Expression = { kind: 'literal', value: 1 };
  const fullTextStatistics: Expression = { kind: 'array', elements: texts.map(statisticsOf) };
  const items = [
    { expression: { kind: 'call', name: 'COUNT', arguments: [one] } as const, alias: 'documentCount' },
    { expression: fullTextStatistics, alias: 'fullTextStatistics' },
  ];
  return { distinct: false, sources: query.sources, groupBy: [], orderBy: [], selection: { kind: 'list', items } };
}

function statisticsOf(call: Call): Expression {
  const [path, ...terms] = call.arguments;
  const text = path ? [path] : [];
  const words: Expression = { kind: 'call', name: '_FullTextWordCount', arguments: text };
  const hits = terms.map((term): Expression => {
    const found: Expression = { kind: 'call', name: 'FullTextContains', arguments: [...text, term] };
    return { kind: 'call', name: 'COUNTIF', arguments: [found] };
  });
  return {
    kind: 'object',
    entries: [
      { name: 'totalWordCount', value: { kind: 'call', name: 'SUM', arguments: [words] } },
      { name: 'hitCounts', value: { kind: 'array', elements: hits } },
    ],
  };
}

function scoringCall(part: Expression, scope: Scope): Call {
  const name = part.kind === 'call' ? part.name.toUpperCase() : '';
  if (part.kind !== 'call' || (name !== 'FULLTEXTSCORE' && name !== 'VECTORDISTANCE')) {
    throw queryError('ORDER BY RANK takes the scoring functions FullTextScore and VectorDistance, alone or in RRF.');
  }
  if (name === 'VECTORDISTANCE') return part;
  const [path, ...terms] = part.arguments;
  checkFullTextPath(path, scope, part.name);
  if (terms.length === 0 || terms.length > MOST_TERMS) {
    throw queryError(`FullTextScore takes 1 to ${MOST_TERMS} terms, but got: ${terms.length}`);
  }
  // Terms as parameters, or in an array, were refused to users of other SDKs: literals only.
  if (!terms.every((term) => term.kind === 'literal' && typeof term.value === 'string')) {
    throw queryError('The terms of FullTextScore must be string literals, each an argument of its own.');
  }
  return part;
}

function textScore(call: Call, statistics: readonly Expression[]): Expression {
  const [path, ...elements] = call.arguments;
  const terms: Expression = { kind: 'array', elements };
  return { kind: 'call', name: '_FullTextScore', arguments: [...(path ? [path] : []), terms, ...statistics] };
}

function literals({ documentCount, totalWordCount, hitCounts }: TextStatistics): Expression[] {
  return [documentCount, totalWordCount, [...hitCounts]].map((value) =>
    Array.isArray(value)
      ? { kind: 'array', elements: value.map((count) => ({ kind: 'literal', value: count })) }
      : { kind: 'literal', value },
  );
}

function placeholders(place: number): Expression[] {
  return ['totaldocumentcount', `totalwordcount-${place}`, `hitcountsarray-${place}`].map((name) => ({
    kind: 'placeholder',
    text: `{${PLACEHOLDER}-${name}}`,
  }));
}

function orElse(left: Expression, value: number): Expression {
  return { kind: 'binary', operator: '??', left, right: { kind: 'literal', value } };
}

function weightOf(element: Expression): number {
  if (element.kind === 'literal' && typeof element.value === 'number') return element.value;
  throw queryError('The weights of RRF must be number literals.');
}

function isText(call: Call): boolean {
  return call.name.toUpperCase() === 'FULLTEXTSCORE';
}

function scopeOf(query: Query, setting: QuerySetting): Scope {
  const names = new Map(query.sources.map((source) => [source.alias, source.kind === 'container']));
  return { setting, names, subquery: () => () => [] };
}
