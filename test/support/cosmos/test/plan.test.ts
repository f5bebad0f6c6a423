import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_INDEXING_POLICY, compileIndexPolicy } from '../index-policy.ts';
import { valueAt, type JsonObject, type Value } from '../json.ts';
import { parseQuery } from '../sql/parse-query.ts';
import { planQuery } from '../sql/plan.ts';
import { printQuery } from '../sql/print.ts';
import type { QuerySetting } from '../sql/scope.ts';

const SETTING: QuerySetting = {
  target: {
    keyPaths: [['tenant'], ['owner']],
    index: compileIndexPolicy(DEFAULT_INDEXING_POLICY),
    vectors: [],
    fullTextPaths: [['text']],
  },
  parameters: new Map<string, Value>([
    ['@t', 'a'],
    ['@n', 4],
  ]),
  clock: { now: () => 0 },
  itemsWithoutVector: 'omitted',
};
const FEATURES = new Set(
  'NonValueAggregate,Aggregate,Distinct,MultipleOrderBy,OffsetAndLimit,OrderBy,Top,CompositeAggregate,GroupBy,MultipleAggregates,NonStreamingOrderBy,CountIf,HybridSearch,WeightedRankFusion'.split(
    ',',
  ),
);
const SHORT = new Set([...FEATURES, 'HybridSearchSkipOrderByRewrite']);

const plan = (text: string, features: ReadonlySet<string> = FEATURES): JsonObject =>
  planQuery(parseQuery(text), SETTING, features);
/** What a value says as a text; of anything but a string, its JSON. */
const textOf = (value: Value): string => (typeof value === 'string' ? value : JSON.stringify(value));
const rewritten = (text: string): unknown => valueAt(plan(text), ['queryInfo', 'rewrittenQuery']);

// [query, rewritten query], in the form of the plans that the tests of the .NET SDK publish.
const REWRITTEN: readonly (readonly [query: string, expected: string])[] = [
  ['SELECT * FROM c', ''],
  ['SELECT DISTINCT VALUE c.id FROM c', ''],
  [
    'SELECT * FROM c ORDER BY c.id',
    'SELECT c._rid, [{"item": c.id}] AS orderByItems, c AS payload\nFROM c\nWHERE ({documentdb-formattableorderbyquery-filter})\nORDER BY c.id',
  ],
  [
    'SELECT TOP @n c.a, c.b AS d FROM c WHERE c.x = 1 OR c.y = @t ORDER BY c.id DESC',
    'SELECT TOP 4 c._rid, [{"item": c.id}] AS orderByItems, {"a": c.a, "d": c.b} AS payload\nFROM c\nWHERE (((c.x = 1) OR (c.y = @t)) AND ({documentdb-formattableorderbyquery-filter}))\nORDER BY c.id DESC',
  ],
  [
    'SELECT c._ts FROM c ORDER BY VectorDistance([1, 2], c.v) OFFSET 5 LIMIT 7',
    'SELECT c._rid, [{"item": VectorDistance([1, 2], c.v)}] AS orderByItems, {"_ts": c._ts} AS payload\nFROM c\nWHERE ({documentdb-formattableorderbyquery-filter})\nORDER BY VectorDistance([1, 2], c.v)\nOFFSET 0 LIMIT 12',
  ],
  ['SELECT VALUE COUNT(1) FROM c', 'SELECT VALUE [{"item": COUNT(1)}]\nFROM c'],
  ['SELECT COUNTIF(c.valid) FROM c', 'SELECT {"$1": {"item": COUNTIF(c.valid)}} AS payload\nFROM c'],
  [
    'SELECT c.zipcode, MAX(c.age) FROM c GROUP BY c.zipcode',
    'SELECT [{"item": c.zipcode}] AS groupByItems, {"zipcode": c.zipcode, "$1": {"item": MAX(c.age), "item2": {"max": MAX(c.age), "count": COUNT(c.age)}}} AS payload\nFROM c\nGROUP BY c.zipcode',
  ],
];

for (const [query, expected] of REWRITTEN) {
  test(`the plan rewrites "${query}" as published`, () => {
    assert.equal(rewritten(query), expected);
  });
}

const SCORE =
  '_FullTextScore(c.text, ["swim", "run"], {documentdb-formattablehybridsearchquery-totaldocumentcount}, {documentdb-formattablehybridsearchquery-totalwordcount-0}, {documentdb-formattablehybridsearchquery-hitcountsarray-0})';
const RANKED =
  'SELECT TOP 10 * FROM c ORDER BY RANK RRF(FullTextScore(c.text, "swim", "run"), VectorDistance(c.image, [1, 2, 3]))';

test('the long form of a hybrid plan is as published', () => {
  const info = valueAt(plan(RANKED), ['hybridSearchQueryInfo']);
  assert.equal(
    valueAt(info, ['globalStatisticsQuery']),
    'SELECT COUNT(1) AS documentCount, [{"totalWordCount": SUM(_FullTextWordCount(c.text)), "hitCounts": [COUNTIF(FullTextContains(c.text, "swim")), COUNTIF(FullTextContains(c.text, "run"))]}] AS fullTextStatistics\nFROM c',
  );
  const scores = `[(${SCORE} ?? -1), (_VectorScore(c.image, [1, 2, 3]) ?? -1.79769e+308)]`;
  assert.deepEqual(valueAt(info, ['componentQueryInfos', '1']), {
    distinctType: 'None',
    top: 120,
    offset: null,
    limit: null,
    orderBy: ['Descending'],
    orderByExpressions: ['_VectorScore(c.image, [1, 2, 3])'],
    groupByExpressions: [],
    groupByAliases: [],
    aggregates: [],
    groupByAliasToAggregateType: {},
    rewrittenQuery: `SELECT TOP 120 c._rid, [{"item": _VectorScore(c.image, [1, 2, 3])}] AS orderByItems, {"payload": c, "componentScores": ${scores}} AS payload\nFROM c\nWHERE ({documentdb-formattableorderbyquery-filter})\nORDER BY _VectorScore(c.image, [1, 2, 3])`,
    hasSelectValue: false,
    dCountInfo: null,
    hasNonStreamingOrderBy: true,
  });
  assert.deepEqual(
    ['componentWeights', 'skip', 'take', 'requiresGlobalStatistics'].map((name) => valueAt(info, [name])),
    [[], null, 10, true],
  );
});

test('the short form of a hybrid plan is as published', () => {
  const component = valueAt(plan(RANKED, SHORT), ['hybridSearchQueryInfo', 'componentQueryInfos', '0']);
  assert.equal(
    valueAt(component, ['rewrittenQuery']),
    `SELECT TOP 120 c._rid, c AS payload, [(${SCORE} ?? -1), (_VectorScore(c.image, [1, 2, 3]) ?? -1.79769e+308)] AS componentScores\nFROM c\nORDER BY ${SCORE} DESC`,
  );
  assert.deepEqual([valueAt(component, ['orderBy']), valueAt(component, ['hasNonStreamingOrderBy'])], [[], false]);
});

test('a single component keeps its ORDER BY in both forms', () => {
  const text = 'SELECT TOP 10 * FROM c ORDER BY RANK FullTextScore(c.text, "swim", "run")';
  const query = (features: ReadonlySet<string>) =>
    valueAt(plan(text, features), ['hybridSearchQueryInfo', 'componentQueryInfos', '0', 'rewrittenQuery']);
  assert.match(textOf(query(SHORT)), /"componentScores": \[\]\} AS payload\nFROM c\nWHERE .*\nORDER BY _FullTextScore/);
  assert.match(textOf(query(FEATURES)), /"componentScores": \[\(_FullTextScore/);
});

test('a negative weight turns its component round, in both forms as published', () => {
  const text =
    'SELECT TOP 10 * FROM c ORDER BY RANK RRF(VectorDistance(c.a, [1]), VectorDistance(c.b, [1]), [1, -0.3])';
  const long = valueAt(plan(text), ['hybridSearchQueryInfo']);
  assert.deepEqual(valueAt(long, ['componentWeights']), [1, 0.3]);
  assert.deepEqual(valueAt(long, ['componentQueryInfos', '1', 'orderBy']), ['Ascending']);
  assert.match(
    textOf(valueAt(long, ['componentQueryInfos', '1', 'rewrittenQuery'])),
    /\?\? 1\.79769e\+308\)\].*ORDER BY _VectorScore\(c\.b, \[1\]\) ASC$/s,
  );
  const short = valueAt(plan(text, SHORT), ['hybridSearchQueryInfo', 'componentQueryInfos', '1', 'rewrittenQuery']);
  assert.match(textOf(short), /\(-1 \* \(_VectorScore\(c\.b, \[1\]\) \?\? 1\.79769e\+308\)\)\] AS componentScores/);
});

test('a plan names exact keys, prefixes, each of an IN list, or everything', () => {
  const ranges = (where: string) => plan(`SELECT * FROM c ${where}`)['queryRanges'];
  assert.deepEqual(ranges(''), [{ min: '', max: 'FF', isMinInclusive: true, isMaxInclusive: false }]);
  const [prefix] = [ranges('WHERE c.tenant = @t AND c.x > 1')].flat();
  assert.equal(textOf(valueAt(prefix, ['min'])).length, 32);
  assert.equal(valueAt(prefix, ['max']), `${textOf(valueAt(prefix, ['min']))}FF`);
  const exact = ranges('WHERE c.tenant = @t AND "o" = c.owner');
  assert.equal(valueAt(exact, ['0', 'min']), valueAt(exact, ['0', 'max']));
  assert.equal(valueAt(exact, ['0', 'isMaxInclusive']), true);
  assert.equal([ranges('WHERE c.tenant IN ("a", "b", "c") AND c.owner = "o"')].flat().length, 3);
  assert.deepEqual(ranges('WHERE c.tenant = @t OR c.owner = "o"'), ranges(''));
  assert.deepEqual(ranges('WHERE c.owner = "o"'), ranges(''));
});

test('a client that cannot do what the query needs gets 400', () => {
  const without = (feature: string) => new Set([...FEATURES].filter((name) => name !== feature));
  assert.throws(() => plan('SELECT * FROM c ORDER BY c.id', without('OrderBy')), { status: 400, message: /OrderBy/ });
  assert.throws(() => plan(RANKED, without('HybridSearch')), { status: 400 });
  assert.throws(() => plan('SELECT VALUE COUNT(1) FROM c', without('Aggregate')), { status: 400 });
});

test('what is printed reads back as the same query', () => {
  for (const text of [
    'SELECT DISTINCT TOP 5 c.a AS x, c["odd name"], -1, "q\\"uote" FROM c JOIN t IN c.tags JOIN (SELECT VALUE s FROM s IN c.list) AS u WHERE c.a ?? true ? c.b : NOT (c.d IN (1, 2)) ORDER BY c.a, c.b DESC',
    'SELECT VALUE {"a": [c.x, {}], "b": EXISTS(SELECT VALUE 1 FROM t IN c.tags)} FROM c WHERE c.n BETWEEN 1 AND 2 AND c.s LIKE "a%" ESCAPE "!" AND ~c.n = -c.m OFFSET 1 LIMIT 2',
    'SELECT c.g, COUNT(1) AS n FROM c GROUP BY c.g',
    RANKED,
  ]) {
    const query = parseQuery(text);
    assert.deepEqual(parseQuery(printQuery(query)), query);
  }
});
