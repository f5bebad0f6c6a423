import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JSONObject, OperationInput } from '@azure/cosmos';
import { HIERARCHICAL, last, openBench } from './harness.ts';

const create = (id: string, more: JSONObject = {}): OperationInput => ({
  operationType: 'Create',
  resourceBody: { id, pk: 'a', ...more },
});

test('a batch does all its operations and answers each', async () => {
  await using bench = await openBench();
  await bench.container.items.create({ id: 'old', pk: 'a', n: 1 });
  await bench.container.items.create({ id: 'gone', pk: 'a' });
  const { result, code } = await bench.container.items.batch(
    [
      create('new'),
      { operationType: 'Upsert', resourceBody: { id: 'up', pk: 'a' } },
      { operationType: 'Read', id: 'old' },
      { operationType: 'Replace', id: 'old', resourceBody: { id: 'old', pk: 'a', n: 2 } },
      { operationType: 'Patch', id: 'old', resourceBody: { operations: [{ op: 'incr', path: '/n', value: 5 }] } },
      { operationType: 'Delete', id: 'gone' },
    ],
    'a',
  );
  assert.equal(code, 200);
  assert.ok(result);
  assert.deepEqual(
    result.map(({ statusCode }) => statusCode),
    [201, 201, 200, 200, 200, 204],
  );
  assert.equal(result[4]?.resourceBody?.['n'], 7);
  assert.deepEqual(await bench.rows('SELECT VALUE c.id FROM c', { partitionKey: 'a' }), ['old', 'new', 'up']);
});

test('a failing operation rolls the whole batch back, and the others say 424', async () => {
  await using bench = await openBench();
  await bench.container.items.create({ id: 'there', pk: 'a', n: 1 });
  const { result, code } = await bench.container.items.batch(
    [
      create('first'),
      { operationType: 'Replace', id: 'there', resourceBody: { id: 'there', pk: 'a', n: 2 } },
      create('there'),
      { operationType: 'Delete', id: 'there' },
    ],
    'a',
  );
  assert.equal(code, 207);
  assert.deepEqual(
    result?.map(({ statusCode }) => statusCode),
    [424, 424, 409, 424],
  );
  assert.deepEqual(await bench.rows('SELECT c.id, c.n FROM c', { partitionKey: 'a' }), [{ id: 'there', n: 1 }]);
});

test('an operation sees what the ones before it in the batch did', async () => {
  await using bench = await openBench();
  const { result } = await bench.container.items.batch(
    [
      create('1'),
      { operationType: 'Delete', id: '1' },
      create('1', { again: true }),
      { operationType: 'Read', id: '1' },
    ],
    'a',
  );
  assert.ok(result);
  assert.deepEqual(
    result.map(({ statusCode }) => statusCode),
    [201, 204, 201, 200],
  );
  assert.equal(result[3]?.resourceBody?.['again'], true);
});

test('the ETag of an operation is enforced within a batch', async () => {
  await using bench = await openBench();
  const { resource } = await bench.container.items.create({ id: 'head', pk: 'a', next: 1 });
  const append = (etag: string): OperationInput[] => [
    { operationType: 'Replace', id: 'head', ifMatch: etag, resourceBody: { id: 'head', pk: 'a', next: 2 } },
    create(`message ${etag}`),
  ];
  const etag = resource?._etag ?? '';
  assert.equal((await bench.container.items.batch(append(etag), 'a')).code, 200);
  const late = await bench.container.items.batch(append(etag), 'a');
  assert.deepEqual(
    late.result?.map(({ statusCode }) => statusCode),
    [412, 424],
  );
});

test('an item of another partition fails the batch', async () => {
  await using bench = await openBench();
  const foreign: OperationInput = { operationType: 'Create', resourceBody: { id: '2', pk: 'b' } };
  const { result, code } = await bench.container.items.batch([create('1'), foreign], 'a');
  assert.equal(code, 207);
  assert.deepEqual(
    result?.map(({ statusCode }) => statusCode),
    [424, 400],
  );
});

test('a batch needs the whole hierarchical key', async () => {
  await using bench = await openBench(HIERARCHICAL);
  const operation: OperationInput = { operationType: 'Create', resourceBody: { id: '1', tenant: 't', owner: 'o' } };
  assert.equal((await bench.container.items.batch([operation], ['t', 'o'])).code, 200);
  await assert.rejects(bench.container.items.batch([operation], ['t']), /Batch request error/);
});

test('a batch of more than 100 operations is refused by the service as well as by the SDK', async () => {
  await using bench = await openBench();
  const hundred = Array.from({ length: 100 }, (_, index) => create(String(index)));
  assert.equal((await bench.container.items.batch(hundred, 'a')).code, 200);
  await assert.rejects(bench.container.items.batch([...hundred, create('101')], 'a'), /more than 100 operations/);
});

test('a batch of more than 2 MB is refused whole', async () => {
  await using bench = await openBench();
  const text = 'x'.repeat(1024 * 1024);
  const large = [create('1', { text }), create('2', { text })];
  await assert.rejects(bench.container.items.batch(large, 'a'), (error: Error) => {
    // The SDK hides the status in the cause.
    assert.equal(error.cause instanceof Error && 'code' in error.cause && error.cause.code, 413);
    return true;
  });
  assert.equal(last(bench.emulator.requests).status, 413);
  assert.deepEqual(await bench.rows('SELECT * FROM c', { partitionKey: 'a' }), []);
});

test('a minimal response leaves the bodies out', async () => {
  await using bench = await openBench();
  const { result } = await bench.container.items.batch([create('1')], 'a', { contentResponseOnWriteEnabled: false });
  assert.equal(result?.[0]?.resourceBody, undefined);
  assert.match(result?.[0]?.eTag ?? '', /^"/);
});

test('bulk operations go to the ranges of their keys and succeed or fail each for itself', async () => {
  await using bench = await openBench(undefined, { ranges: 4 });
  await bench.container.items.create({ id: '3', pk: 'k3' });
  const operations = Array.from({ length: 20 }, (_, index): OperationInput => ({
    operationType: 'Create',
    // Without it the SDK fails the operation by itself, with a 500 that never was on the wire.
    partitionKey: `k${index}`,
    resourceBody: { id: String(index), pk: `k${index}` },
  }));
  const results = await bench.container.items.executeBulkOperations(operations);
  assert.deepEqual(
    results.map(({ response, error }) => response?.statusCode ?? error?.code),
    operations.map((_, index) => (index === 3 ? 409 : 201)),
  );
  assert.equal(bench.emulator.requests.filter(({ operation }) => operation === 'bulk').length, 4);
});

test('bulk lands every kind of key in the range the SDK computed', async () => {
  await using bench = await openBench(undefined, { ranges: 16 });
  const keys = [null, true, false, 0, -1, 1.5, 1e21, '', 'a', 'ü', '会話', 'x'.repeat(200)];
  const operations = keys.map((pk, index): OperationInput => ({
    operationType: 'Create',
    partitionKey: pk,
    resourceBody: { id: String(index), pk },
  }));
  const results = await bench.container.items.executeBulkOperations(operations);
  assert.ok(results.every(({ response }) => response?.statusCode === 201));
  assert.equal(last(bench.emulator.requests).operation, 'bulk');
});
