import assert from 'node:assert/strict';
import { test } from 'node:test';
import { last, openBench, PLAIN, type Bench } from './harness.ts';

const TWO_REGIONS = { regions: ['East US', 'West US'] };

async function oneItem(bench: Bench): Promise<void> {
  await bench.container.items.create({ id: '1', pk: 'a', n: 1 });
  bench.emulator.forgetRequests();
}

test('a throttled request is tried again by the SDK after the time it is told', async () => {
  await using bench = await openBench();
  await oneItem(bench);
  const fault = bench.emulator.faults.add({ times: 2, effect: { kind: 'status', status: 429, retryAfterMs: 1 } });
  const { statusCode, headers } = await bench.container.item('1', 'a').read();
  assert.equal(statusCode, 200);
  assert.equal(headers['x-ms-throttle-retry-count'], 2);
  assert.equal(fault.hits(), 2);
  assert.deepEqual(
    bench.emulator.requests.map(({ status }) => status),
    [429, 429, 200],
  );
});

test('a status without effect leaves the item alone; one after the effect only hides it', async () => {
  await using bench = await openBench();
  await oneItem(bench);
  const item = bench.container.item('1', 'a');
  const set = (n: number) => item.patch([{ op: 'set', path: '/n', value: n }]);
  const match = { operation: 'patch' } as const;
  bench.emulator.faults.add({ match, times: 1, effect: { kind: 'status', status: 500 } });
  await assert.rejects(set(2), { code: 500 });
  assert.equal((await item.read<{ n: number }>()).resource?.n, 1);
  bench.emulator.faults.add({ match, times: 1, effect: { kind: 'status', status: 408, afterEffect: true } });
  await assert.rejects(set(3), { code: 408 });
  assert.equal((await item.read<{ n: number }>()).resource?.n, 3);
});

test('a session that is not there yet reads as 404/1002, without a resource', async () => {
  await using bench = await openBench();
  await oneItem(bench);
  bench.emulator.faults.add({ match: { operation: 'read' }, effect: { kind: 'status', status: 404, substatus: 1002 } });
  const { statusCode, substatus, resource } = await bench.container.item('1', 'a').read<object>();
  assert.deepEqual({ statusCode, substatus, resource }, { statusCode: 404, substatus: 1002, resource: undefined });
});

test('a reset connection fails a write, whose effect may have been done', async () => {
  await using bench = await openBench();
  await oneItem(bench);
  bench.emulator.faults.add({ match: { operation: 'create' }, times: 1, effect: { kind: 'reset' } });
  await assert.rejects(bench.container.items.create({ id: '2', pk: 'a' }), { code: 'ECONNRESET' });
  assert.equal((await bench.container.item('2', 'a').read()).statusCode, 404);
  bench.emulator.faults.add({ match: { operation: 'create' }, times: 1, effect: { kind: 'reset', afterEffect: true } });
  await assert.rejects(bench.container.items.create({ id: '3', pk: 'a' }), { code: 'ECONNRESET' });
  assert.equal((await bench.container.item('3', 'a').read()).statusCode, 200);
  assert.deepEqual(
    bench.emulator.requests.filter(({ operation }) => operation === 'create').map(({ status }) => status),
    [0, 0],
  );
});

test('a hanging write ends with the time limit of the SDK; a hanging read goes to the other region', async () => {
  await using bench = await openBench(PLAIN, TWO_REGIONS, { connectionPolicy: { requestTimeout: 100 } });
  await oneItem(bench);
  bench.emulator.faults.add({ match: { region: 'East US' }, effect: { kind: 'hang' } });
  assert.equal((await bench.container.item('1', 'a').read()).statusCode, 200);
  assert.equal(last(bench.emulator.requests).region, 'West US');
  await assert.rejects(bench.container.items.create({ id: '2', pk: 'a' }), { name: 'TimeoutError' });
});

test('an unavailable region is left by a read, and not by a write', async () => {
  await using bench = await openBench(PLAIN, TWO_REGIONS);
  await oneItem(bench);
  bench.emulator.faults.add({ match: { region: 'East US' }, effect: { kind: 'status', status: 503 } });
  assert.equal((await bench.container.item('1', 'a').read()).statusCode, 200);
  assert.deepEqual(
    bench.emulator.requests.map(({ region, status }) => [region, status]),
    [
      ['East US', 503],
      ['West US', 200],
    ],
  );
  await assert.rejects(bench.container.items.create({ id: '2', pk: 'a' }), { code: 503 });
});

test('a delay only delays', async () => {
  await using bench = await openBench();
  await oneItem(bench);
  bench.emulator.faults.add({ effect: { kind: 'delay', milliseconds: 30 } });
  const start = performance.now();
  assert.equal((await bench.container.item('1', 'a').read()).statusCode, 200);
  assert.ok(performance.now() - start >= 29);
});

test('a fault meets what it names, as often as it says, after letting some pass, until it is removed', async () => {
  await using bench = await openBench();
  await oneItem(bench);
  const effect = { kind: 'status', status: 500 } as const;
  const item = bench.container.item('1', 'a');
  const onOther = bench.emulator.faults.add({ match: { resource: 'docs/2' }, effect });
  const onPattern = bench.emulator.faults.add({ match: { resource: /docs\/1$/ }, skip: 1, times: 1, effect });
  assert.equal((await item.read()).statusCode, 200);
  await assert.rejects(item.read(), { code: 500 });
  assert.equal((await item.read()).statusCode, 200);
  assert.deepEqual([onOther.hits(), onPattern.hits()], [0, 1]);
  const onAll = bench.emulator.faults.add({ effect });
  await assert.rejects(item.read(), { code: 500 });
  onAll.remove();
  assert.equal((await item.read()).statusCode, 200);
  bench.emulator.faults.add({ effect });
  bench.emulator.faults.clear();
  assert.equal((await item.read()).statusCode, 200);
});

test('a fault without an operation meets requests for data only', async () => {
  await using bench = await openBench();
  bench.emulator.faults.add({ effect: { kind: 'status', status: 500 } });
  assert.equal((await bench.container.read()).statusCode, 200);
  bench.emulator.faults.add({ match: { operation: 'containers' }, effect: { kind: 'status', status: 410 } });
  await assert.rejects(bench.container.read(), { code: 410 });
});

test('the log of requests says what was asked, where, and what it cost', async () => {
  await using bench = await openBench();
  await oneItem(bench);
  const query = { query: 'SELECT * FROM c WHERE c.n = @n', parameters: [{ name: '@n', value: 1 }] };
  await bench.rows(query, { partitionKey: 'a' });
  const { requestBytes, responseBytes, charge, ...rest } = last(bench.emulator.requests);
  assert.deepEqual(rest, {
    operation: 'query',
    metadata: false,
    region: 'East US',
    resource: 'dbs/chat/colls/items/docs',
    status: 200,
    substatus: 0,
    itemCount: 1,
    partitionKey: '["a"]',
    ...query,
  });
  assert.ok(requestBytes > 50 && responseBytes > 100 && charge > 2);
  assert.deepEqual(bench.emulator.traffic.map(({ operation, metadata }) => [operation, metadata]).toSorted(), [
    ['query', false],
    ['queryPlan', true],
  ]);
});
