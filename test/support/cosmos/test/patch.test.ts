import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PatchOperation } from '@azure/cosmos';
import { openBench, type Bench } from './harness.ts';

async function patched(bench: Bench, operations: PatchOperation[]): Promise<unknown> {
  await bench.container.items.upsert({ id: '1', pk: 'a', n: 1, tags: ['x', 'y'], deep: { kept: 1, gone: 2 } });
  const { resource } = await bench.container.item('1', 'a').patch<{ _attachments: string }>(operations);
  const { _rid, _self, _etag, _attachments, _ts, ...rest } = resource ?? { id: '' };
  assert.ok(_rid && _self && _etag && _attachments && _ts);
  return rest;
}

test('add, set, replace, remove and incr do what they say', async () => {
  await using bench = await openBench();
  const result = await patched(bench, [
    { op: 'add', path: '/tags/1', value: 'between' },
    { op: 'add', path: '/tags/-', value: 'last' },
    { op: 'set', path: '/deep/new', value: { a: 1 } },
    { op: 'replace', path: '/tags/0', value: 'first' },
    { op: 'remove', path: '/deep/gone' },
    { op: 'incr', path: '/n', value: 2.5 },
    { op: 'incr', path: '/fresh', value: 7 },
  ]);
  assert.deepEqual(result, {
    id: '1',
    pk: 'a',
    n: 3.5,
    fresh: 7,
    tags: ['first', 'between', 'y', 'last'],
    deep: { kept: 1, new: { a: 1 } },
  });
});

const REFUSED: readonly { why: string; operation: PatchOperation }[] = [
  { why: 'replacing what is not there', operation: { op: 'replace', path: '/none', value: 1 } },
  { why: 'removing what is not there', operation: { op: 'remove', path: '/none' } },
  { why: 'a parent that is not there', operation: { op: 'set', path: '/none/child', value: 1 } },
  { why: 'incrementing a text', operation: { op: 'incr', path: '/pk2', value: 1 } },
  { why: 'a position beyond the end', operation: { op: 'set', path: '/tags/9', value: 1 } },
  { why: 'the id', operation: { op: 'set', path: '/id', value: '2' } },
  { why: 'the partition key', operation: { op: 'set', path: '/pk', value: 'b' } },
  { why: 'a system property', operation: { op: 'set', path: '/_ts', value: 1 } },
];

for (const { why, operation } of REFUSED) {
  test(`a patch is refused and changes nothing: ${why}`, async () => {
    await using bench = await openBench();
    await bench.container.items.create({ id: '1', pk: 'a', pk2: 'text', tags: [], n: 1 });
    const attempt = bench.container.item('1', 'a').patch([{ op: 'incr', path: '/n', value: 1 }, operation]);
    await assert.rejects(attempt, { code: 400 });
    assert.equal((await bench.container.item('1', 'a').read<{ n: number }>()).resource?.n, 1);
  });
}

test('a patch has at most ten operations', async () => {
  await using bench = await openBench();
  const eleven = Array.from({ length: 11 }, (): PatchOperation => ({ op: 'incr', path: '/n', value: 1 }));
  await assert.rejects(patched(bench, eleven), { code: 400 });
});

test('a patch whose condition does not hold is 412', async () => {
  await using bench = await openBench();
  await bench.container.items.create({ id: '1', pk: 'a', status: 'PENDING' });
  const complete = {
    condition: 'from c where c.status = "PENDING"',
    operations: [{ op: 'set' as const, path: '/status', value: 'COMPLETE' }],
  };
  await bench.container.item('1', 'a').patch(complete);
  await assert.rejects(bench.container.item('1', 'a').patch(complete), { code: 412 });
  await assert.rejects(bench.container.item('1', 'a').patch({ ...complete, condition: 'where c.status = 1' }), {
    code: 400,
  });
});
