import assert from 'node:assert/strict';
import { test } from 'node:test';
import { effectivePartitionKey, parsePartitionKey, type PartitionKey } from '../partition-key.ts';
import { contains, evenRanges, spanOf, splitRange } from '../partitioning.ts';

// Computed by @azure/cosmos 4.10.1.
const KNOWN: readonly (readonly [key: PartitionKey, epk: string])[] = [
  [['tenant'], '3B67F777541374F849FC7793DE5DF915'],
  [[''], '32E9366E637A71B4E710384B2F4970A0'],
  [[42], '08E6D561F6FD951DCC25E7E4EA2884B5'],
  [[-1.5], '151793206780805FF6E1DCAE6C787B6A'],
  [[true], '0E711127C5B5A8E4726AC6DD306A3E59'],
  [[null], '378867E4430E67857ACE5C908374FE16'],
  [[undefined], '11622DAA78F835834610ABE56EFF5CB5'],
  [['a', 'b', 'c'], '3A5381E1114EB8D3FCC90795045B49B7195644569A78B1E22D200348AF9416CE2562D4841EF4AF76D90EC904CEE5FA9A'],
];

for (const [key, epk] of KNOWN) {
  test(`the effective key of ${JSON.stringify(key)} is the SDK's`, () => {
    assert.equal(effectivePartitionKey(key), epk);
  });
}

test('the span of a prefix holds every key that begins with it, and no other', () => {
  const span = spanOf(['a']);
  assert.ok(contains(span, effectivePartitionKey(['a', 'b', 'c'])));
  assert.ok(contains(span, effectivePartitionKey(['a', null])));
  assert.ok(!contains(span, effectivePartitionKey(['b', 'a'])));
});

test('ranges cover the space without gap or overlap, before and after splits', () => {
  let ranges = evenRanges(3);
  for (const index of [1, 0, 3]) ranges = splitRange(ranges, index);
  ranges = splitRange(
    ranges,
    ranges.findIndex((range) => contains(range, effectivePartitionKey(['a']))),
    ['a'],
  );
  assert.equal(ranges.length, 7);
  assert.equal(ranges[0]?.min, '');
  assert.equal(ranges.at(-1)?.max, 'FF');
  ranges.forEach((range, index) => {
    assert.ok(range.min < range.max);
    if (index > 0) assert.equal(range.min, ranges[index - 1]?.max);
  });
  assert.equal(new Set(ranges.map(({ id }) => id)).size, 7);
});

test('a key header says its levels, an empty object for one that is not there', () => {
  assert.deepEqual(parsePartitionKey('["a",1,{}]'), ['a', 1, undefined]);
  for (const wrong of ['a', '"a"', '[{"x":1}]', '[[1]]']) {
    assert.throws(() => parsePartitionKey(wrong), { status: 400 }, wrong);
  }
});
