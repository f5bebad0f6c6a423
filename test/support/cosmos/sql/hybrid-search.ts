import { isNumberArray, isObject, valueAt, type JsonObject, type Value } from '../json.ts';
import type { TextStatistics } from '../full-text.ts';
import { compileQuery } from './compile-query.ts';
import { rankComponents, readRank, statisticsQuery, type RankComponent } from './rank.ts';
import { payloadOf, unpaged } from './rewrite.ts';
import type { QuerySetting } from './scope.ts';
import type { Expression, Query } from './syntax.ts';

// The constant of reciprocal rank fusion, published by the service and used by the SDK.
const RRF_CONSTANT = 60;

type Candidate = { readonly payload: Value; readonly scores: readonly number[] };

/**
 * Runs ORDER BY RANK in one place, as a gateway that honours the partition key would: components over `items`,
 * statistics over `everything`, fused as the SDK fuses them. Gives the rows, TOP and OFFSET LIMIT applied.
 */
export function searchHybrid(
  query: Query,
  setting: QuerySetting,
  items: readonly JsonObject[],
  everything: readonly JsonObject[],
): Value[] {
  const statistics = readStatistics(query, setting, everything);
  const components = rankComponents(query, setting, statistics);
  const { weights } = readRank(query, setting);
  const candidates = collect(query, setting, items, components);
  const totals = new Map(candidates.map((candidate) => [candidate, 0]));
  components.forEach(({ ascending }, index) => {
    const sorted = candidates.toSorted((left, right) => {
      const order = (left.scores[index] ?? 0) - (right.scores[index] ?? 0);
      return ascending ? order : -order;
    });
    let rank = 0;
    let before: number | undefined;
    for (const candidate of sorted) {
      const score = candidate.scores[index];
      if (score !== before) rank++;
      before = score;
      const share = Math.abs(weights[index] ?? 1) / (RRF_CONSTANT + rank);
      totals.set(candidate, (totals.get(candidate) ?? 0) + share);
    }
  });
  const { skip, take } = compileQuery({ ...query, rank: undefined }, setting);
  return candidates
    .toSorted((left, right) => (totals.get(right) ?? 0) - (totals.get(left) ?? 0))
    .slice(skip, skip + take)
    .map(({ payload }) => payload);
}

function readStatistics(query: Query, setting: QuerySetting, everything: readonly JsonObject[]): TextStatistics[] {
  const output = compileQuery(statisticsQuery(query, setting), setting).run(everything)[0]?.output;
  const documentCount = valueAt(output, ['documentCount']);
  const texts = valueAt(output, ['fullTextStatistics']);
  if (typeof documentCount !== 'number' || !Array.isArray(texts)) throw new Error('The statistics query gave no row');
  return texts.map((text) => {
    const words = valueAt(text, ['totalWordCount']);
    const hits = valueAt(text, ['hitCounts']);
    return {
      documentCount,
      totalWordCount: typeof words === 'number' ? words : 0,
      hitCounts: isNumberArray(hits) ? hits : [],
    };
  });
}

function collect(
  query: Query,
  setting: QuerySetting,
  items: readonly JsonObject[],
  components: readonly RankComponent[],
): Candidate[] {
  const base = unpaged(query);
  const scores: Expression = { kind: 'array', elements: components.map(({ score }) => score) };
  const value: Expression = {
    kind: 'object',
    entries: [
      { name: 'payload', value: payloadOf(base) },
      { name: 'scores', value: scores },
    ],
  };
  const selection = { kind: 'value', expression: value } as const;
  const found = new Map<number, Candidate>();
  for (const { order } of components) {
    for (const row of compileQuery({ ...base, selection, orderBy: [order] }, setting).run(items)) {
      const numbers = valueAt(row.output, ['scores']);
      if (!isObject(row.output) || !isNumberArray(numbers)) continue;
      found.set(row.item, { payload: row.output['payload'], scores: numbers });
    }
  }
  return Array.from(found.values());
}
