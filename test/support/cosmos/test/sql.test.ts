import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { SqlQuerySpec } from '@azure/cosmos';
import { openBench, store, type Bench } from './harness.ts';

let bench: Bench;

const ITEM = {
  id: '1',
  pk: 'a',
  text: 'Quick "brown" fox',
  number: 5,
  zero: 0,
  yes: true,
  nothing: null,
  list: [1, 'two', { three: 3 }],
  deep: { a: { b: 'c' }, 'odd name': 1 },
  tags: ['red', 'blue'],
  at: '2026-02-28T23:59:59.5000000Z',
};

before(async () => {
  bench = await openBench();
  await store(bench.container, [ITEM]);
});
after(async () => {
  await bench[Symbol.asyncDispose]();
});

const one = (query: string | SqlQuerySpec): Promise<unknown[]> => bench.rows(query, { partitionKey: 'a' });

// [expression, what SELECT VALUE gives]; `undefined` means that the row is not there.
const EXPRESSIONS: readonly (readonly [expression: string, value: unknown])[] = [
  ['c.number + 2 * 3 - 1', 10],
  ['(c.number + 2) * 3 % 4', 1],
  ['-c.number', -5],
  ['c.number / 0', undefined],
  ['c.text + 1', undefined],
  ['c.pk || "-" || c.id', 'a-1'],
  ['c.deep.a.b', 'c'],
  ['c["deep"]["odd name"]', 1],
  ['c.list[2].three', 3],
  ['c.list[9]', undefined],
  ['c.none.deeper', undefined],
  ['c.none ?? "default"', 'default'],
  ['c.nothing ?? "default"', null],
  ['c.yes ? "a" : "b"', 'a'],
  ['c.none ? "a" : "b"', 'b'],
  ['{"a": c.number, b: c.none}', { a: 5 }],
  ['[c.number, c.none, null]', [5, null]],
  ["'it\\u0027s \\\\ \\n'", "it's \\ \n"],
  ['1e3', 1000],
  // Equality and comparison: undefined between types (published table), deep within one.
  ['c.number = 5', true],
  ['c.number = "5"', undefined],
  ['c.none = 1', undefined],
  ['c.none != 1', undefined],
  ['c.nothing = null', true],
  ['c.nothing = c.none', undefined],
  ['c.deep.a = {"b": "c"}', true],
  ['c.deep.a != {"b": "d"}', undefined],
  ['c.tags = ["red", "blue"]', true],
  ['c.number < "6"', undefined],
  ['"B" < "a"', true],
  ['c.yes > false', true],
  ['c.number BETWEEN 5 AND 6', true],
  ['c.number NOT BETWEEN 5 AND 6', false],
  ['c.number IN (1, 5)', true],
  ['c.number NOT IN (1, 2)', true],
  ['c.none IN (1, 2)', undefined],
  // Three-valued logic (published tables).
  ['c.none = 1 OR true', true],
  ['c.none = 1 OR false', undefined],
  ['c.none = 1 AND false', false],
  ['c.none = 1 AND true', undefined],
  ['NOT (c.none = 1)', undefined],
  ['NOT c.yes', false],
  ['NOT c.number', undefined],
  ['true OR false AND false', true],
  // LIKE
  ['c.text LIKE "Quick%"', true],
  ['c.text LIKE "%BROWN%"', false],
  ['c.text LIKE "_uick%fox"', true],
  ['c.text LIKE "[A-Q]uick%"', true],
  ['c.text LIKE "[^A-Q]uick%"', false],
  ['"50% (off)" LIKE "50!% (%)" ESCAPE "!"', true],
  ['c.number LIKE "5"', undefined],
  // Functions
  ['IS_DEFINED(c.none)', false],
  ['IS_DEFINED(c.nothing)', true],
  ['IS_NULL(c.nothing)', true],
  ['IS_NULL(c.none)', false],
  ['IS_STRING(c.text) AND IS_NUMBER(c.zero) AND IS_BOOL(c.yes) AND IS_ARRAY(c.list) AND IS_OBJECT(c.deep)', true],
  ['IS_PRIMITIVE(c.list)', false],
  ['CONTAINS(c.text, "brown")', true],
  ['CONTAINS(c.text, "BROWN", true)', true],
  ['contains(c.text, "BROWN")', false],
  ['CONTAINS(c.none, "x")', undefined],
  ['STARTSWITH(c.text, "Quick") AND ENDSWITH(c.text, "FOX", true)', true],
  ['LOWER(c.text)', 'quick "brown" fox'],
  ['UPPER(LEFT(c.text, 2))', 'QU'],
  ['RIGHT(c.text, 3)', 'fox'],
  ['SUBSTRING(c.text, 6, 7)', '"brown"'],
  ['LENGTH(c.text)', 17],
  ['INDEX_OF(c.text, "fox")', 14],
  ['CONCAT(c.pk, "/", c.id)', 'a/1'],
  ['CONCAT(c.pk, c.number)', undefined],
  ['REPLACE(c.pk, "a", "b")', 'b'],
  ['TOSTRING(c.deep.a)', '{"b":"c"}'],
  ['STRINGTONUMBER("4.5")', 4.5],
  ['REGEXMATCH(c.text, "^q.+X$", "i")', true],
  ['ARRAY_CONTAINS(c.tags, "red")', true],
  ['ARRAY_CONTAINS(c.list, {"three": 3})', true],
  ['ARRAY_CONTAINS(c.list, {}, true)', true],
  ['ARRAY_CONTAINS(c.none, 1)', undefined],
  ['ARRAY_LENGTH(c.list)', 3],
  ['ARRAY_SLICE(c.list, -2, 1)', ['two']],
  ['ROUND(-2.5)', -3],
  ['ABS(-1) + FLOOR(1.9) + CEILING(1.1) + POWER(2, 3)', 12],
  ['IIF(c.number > 4, "big", "small")', 'big'],
  ['DATETIMEPART("month", c.at)', 2],
  ['DATETIMEADD("month", 1, "2026-01-31T00:00:00.0000000Z")', '2026-02-28T00:00:00.0000000Z'],
  ['DATETIMEDIFF("day", "2026-02-28T23:59:59Z", "2026-03-01T00:00:00Z")', 1],
  ['TIMESTAMPTODATETIME(0)', '1970-01-01T00:00:00.0000000Z'],
  ['EXISTS(SELECT VALUE t FROM t IN c.tags WHERE t = "red")', true],
  ['EXISTS(SELECT VALUE t FROM t IN c.tags WHERE t = "green")', false],
  ['ARRAY(SELECT VALUE UPPER(t) FROM t IN c.tags)', ['RED', 'BLUE']],
  ['(SELECT VALUE COUNT(1) FROM t IN c.tags)', 2],
];

for (const [expression, value] of EXPRESSIONS) {
  test(`${expression} is ${value === undefined ? 'undefined' : JSON.stringify(value)}`, async () => {
    assert.deepEqual(await one(`SELECT VALUE ${expression} FROM c`), value === undefined ? [] : [value]);
  });
}

// [query, its rows]
const QUERIES: readonly (readonly [query: string, rows: unknown[]])[] = [
  ['SELECT c.id, c.number AS n, c.number + 1, c["deep"].a.b FROM c', [{ id: '1', n: 5, $1: 6, b: 'c' }]],
  ['SELECT c.none FROM c', [{}]],
  ['select c.id from items c where c.number > 1 -- a comment', [{ id: '1' }]],
  ['SELECT root.id FROM root', [{ id: '1' }]],
  ['SELECT t AS tag FROM c JOIN t IN c.tags', [{ tag: 'red' }, { tag: 'blue' }]],
  ['SELECT VALUE t FROM c JOIN (SELECT VALUE t FROM t IN c.tags WHERE t != "red") AS t', ['blue']],
  ['SELECT VALUE t FROM c JOIN t IN c.none', []],
  ['SELECT c["value"], c["order"] FROM c', [{}]],
  ['SELECT VALUE c.id FROM c WHERE c.none = c.none', []],
  ['SELECT VALUE c.id FROM c WHERE NOT IS_DEFINED(c.none)', ['1']],
  ['SELECT VALUE 1 + 1', [2]],
];

for (const [query, rows] of QUERIES) {
  test(`"${query}" gives ${JSON.stringify(rows)}`, async () => {
    assert.deepEqual(await one(query), rows);
  });
}

// [query, what the 400 says]
const REFUSED: readonly (readonly [query: string, message: RegExp])[] = [
  ['SELEC * FROM c', /SC1001.*near 'SELEC'/],
  ['SELECT * FROM c WHERE', /SC1001/],
  ['SELECT * FROM c WHERE c.id = "unclosed', /SC1001/],
  ['SELECT * FROM c LIMIT 5', /SC1001.*near 'LIMIT'/],
  ['SELECT * FROM c; SELECT * FROM c', /SC1001/],
  ['SELECT * FROM c HAVING c.n > 1', /SC1001/],
  ['SELECT COUNT(*) FROM c', /SC1001/],
  ['SELECT CASE WHEN true THEN 1 END FROM c', /SC1001/],
  ['SELECT c.value FROM c', /SC1001.*near 'value'/],
  ['SELECT * FROM c ORDER BY c.order', /SC1001.*near 'order'/],
  ['SELECT c.id AS top FROM c', /SC1001.*near 'top'/],
  ['SELECT VALUE d.id FROM c', /SC2001.*'d'/],
  ['SELECT VALUE SOUNDEX(c.id) FROM c', /SC2005.*SOUNDEX/],
  ['SELECT VALUE LOWER(c.id, 1) FROM c', /requires 1 argument/],
  ['SELECT VALUE udf.mine(c.id) FROM c', /does not model user-defined functions/],
  ['SELECT VALUE @missing FROM c', /@missing/],
  ['SELECT *, c.id FROM c', /SC1001/],
  ['SELECT * FROM c JOIN t IN c.tags', /single input set/],
  ['SELECT c.id, c.deep.id FROM c', /projected twice/],
  ['SELECT VALUE c.id FROM c WHERE COUNT(1) > 1', /aggregate COUNT is not allowed here/],
  ['SELECT c.id, COUNT(1) AS n FROM c', /'id' is invalid in the select list/],
  ['SELECT c.pk, COUNT(1) AS n FROM c GROUP BY c.pk ORDER BY c.pk', /ORDER BY is not supported/],
  ['SELECT TOP 1 * FROM c OFFSET 0 LIMIT 1', /TOP and OFFSET LIMIT/],
  ['SELECT TOP -1 * FROM c', /SC1001/],
  ['SELECT * FROM c ORDER BY c.number + 1', /could not be mapped to a document path/],
  ['SELECT VALUE t FROM t IN c.tags', /does not model IN as the first source/],
  ['SELECT VALUE c[@name] FROM c', /does not model property access by parameter/],
];

for (const [query, message] of REFUSED) {
  test(`"${query}" is refused with 400`, async () => {
    await assert.rejects(one(query), { code: 400, message });
  });
}

test('parameters stand for values of every type', async () => {
  const parameters = [
    { name: '@id', value: '1' },
    { name: '@deep', value: { b: 'c' } },
    { name: '@options', value: [4, 5] },
  ];
  const query = 'SELECT VALUE c.id FROM c WHERE c.id = @id AND c.deep.a = @deep AND ARRAY_CONTAINS(@options, c.number)';
  assert.deepEqual(await one({ query, parameters }), ['1']);
});

test('the date functions follow the clock of the emulator', async () => {
  await using own = await openBench(undefined, { clock: { now: () => Date.UTC(2026, 0, 1) } });
  own.emulator.clock.advance(86_400_000);
  assert.deepEqual(await own.rows('SELECT VALUE GETCURRENTDATETIME()', { partitionKey: 'a' }), [
    '2026-01-02T00:00:00.0000000Z',
  ]);
});

test('aggregates skip undefined and are undefined over a value of the wrong type', async () => {
  await using own = await openBench();
  await store(own.container, [
    { id: '1', pk: 'a', n: 1, mixed: 1 },
    { id: '2', pk: 'a', n: 3, mixed: 'text' },
    { id: '3', pk: 'a' },
  ]);
  const value = (query: string): Promise<unknown[]> => own.rows(query, { partitionKey: 'a' });
  assert.deepEqual(await value('SELECT COUNT(1) AS all, COUNT(c.n) AS n, SUM(c.n) AS s, AVG(c.n) AS a FROM c'), [
    { all: 3, n: 2, s: 4, a: 2 },
  ]);
  assert.deepEqual(await value('SELECT MIN(c.mixed) AS low, MAX(c.mixed) AS high, SUM(c.mixed) AS s FROM c'), [
    { low: 1, high: 'text' },
  ]);
  assert.deepEqual(await value('SELECT COUNT(1) AS n, SUM(c.n) AS s, MAX(c.n) AS m FROM c WHERE false'), [
    { n: 0, s: 0 },
  ]);
  assert.deepEqual(await value('SELECT VALUE COUNTIF(c.n > 1) FROM c'), [1]);
});
