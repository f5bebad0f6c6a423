import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HIERARCHICAL, last, openBench, PLAIN } from './harness.ts';

test('an item comes back with its system properties, which a client cannot choose', async () => {
  await using bench = await openBench();
  const { resource, statusCode } = await bench.container.items.create({ id: '1', pk: 'a', _ts: 5, _etag: 'mine' });
  assert.equal(statusCode, 201);
  assert.deepEqual(Object.keys(resource ?? {}).sort(), ['_attachments', '_etag', '_rid', '_self', '_ts', 'id', 'pk']);
  assert.match(resource?._etag ?? '', /^"[0-9a-f]{8}-0000-0300-0000-[0-9a-f]{12}"$/);
  assert.ok(Math.abs((resource?._ts ?? 0) * 1000 - Date.now()) < 5000);
});

test('an id is unique within its logical partition only', async () => {
  await using bench = await openBench();
  await bench.container.items.create({ id: '1', pk: 'a' });
  await bench.container.items.create({ id: '1', pk: 'b' });
  await assert.rejects(bench.container.items.create({ id: '1', pk: 'a' }), { code: 409 });
});

test('a missing item reads as 404 without a resource', async () => {
  await using bench = await openBench();
  const { statusCode, resource } = await bench.container.item('none', 'a').read<object>();
  assert.deepEqual({ statusCode, resource }, { statusCode: 404, resource: undefined });
  await assert.rejects(bench.container.item('none', 'a').delete(), { code: 404 });
  await assert.rejects(bench.container.item('none', 'a').replace({ id: 'none', pk: 'a' }), { code: 404 });
});

test('an item is found under its own partition key and no other', async () => {
  await using bench = await openBench();
  await bench.container.items.create({ id: '1', pk: 'a' });
  assert.equal((await bench.container.item('1', 'b').read()).statusCode, 404);
  assert.equal((await bench.container.item('1', 'a').read()).statusCode, 200);
});

test('keys of different types, null and an absent key are different partitions', async () => {
  await using bench = await openBench();
  for (const pk of ['1', 1, true, null]) await bench.container.items.create({ id: 'x', pk });
  await bench.container.items.create({ id: 'x' });
  assert.equal((await bench.container.item('x', 1).read<{ pk: number }>()).resource?.pk, 1);
  assert.equal((await bench.container.item('x', null).read<{ pk: null }>()).resource?.pk, null);
  assert.deepEqual(Object.hasOwn((await bench.container.item('x').read<object>()).resource ?? {}, 'pk'), false);
});

test('a replace that says another key than the item is refused', async () => {
  await using bench = await openBench();
  await bench.container.items.create({ id: '1', pk: 'a' });
  const attempt = bench.container.item('1', 'a').replace({ id: '1', pk: 'b' });
  await assert.rejects(attempt, { code: 400, substatus: 1001 });
});

test('a prefix of a hierarchical key addresses no item', async () => {
  await using bench = await openBench(HIERARCHICAL);
  await bench.container.items.create({ id: '1', tenant: 't', owner: 'o' });
  assert.equal((await bench.container.item('1', ['t', 'o']).read()).statusCode, 200);
  await assert.rejects(bench.container.item('1', ['t']).read(), { code: 400, substatus: 1001 });
});

test('an upsert creates once and replaces after', async () => {
  await using bench = await openBench();
  assert.equal((await bench.container.items.upsert({ id: '1', pk: 'a', n: 1 })).statusCode, 201);
  assert.equal((await bench.container.items.upsert({ id: '1', pk: 'a', n: 2 })).statusCode, 200);
  assert.equal((await bench.container.item('1', 'a').read<{ n: number }>()).resource?.n, 2);
});

test('If-Match with an old ETag is 412 and changes nothing', async () => {
  await using bench = await openBench();
  const item = bench.container.item('1', 'a');
  const { resource } = await bench.container.items.create({ id: '1', pk: 'a', n: 1 });
  const old = { accessCondition: { type: 'IfMatch', condition: resource?._etag ?? '' } };
  await item.replace({ id: '1', pk: 'a', n: 2 }, old);
  await assert.rejects(item.replace({ id: '1', pk: 'a', n: 3 }, old), { code: 412 });
  await assert.rejects(item.delete(old), { code: 412 });
  await assert.rejects(bench.container.items.upsert({ id: '1', pk: 'a', n: 4 }, old), { code: 412 });
  await assert.rejects(item.patch([{ op: 'set', path: '/n', value: 5 }], old), { code: 412 });
  assert.equal((await item.read<{ n: number }>()).resource?.n, 2);
});

test('If-None-Match with the current ETag reads as 304', async () => {
  await using bench = await openBench();
  const { resource } = await bench.container.items.create({ id: '1', pk: 'a' });
  const condition = { accessCondition: { type: 'IfNoneMatch', condition: resource?._etag ?? '' } };
  assert.equal((await bench.container.item('1', 'a').read(condition)).statusCode, 304);
});

test('an item of more than 2 MB is 413', async () => {
  await using bench = await openBench();
  await bench.container.items.create({ id: 'fits', pk: 'a', text: 'x'.repeat(2 * 1024 * 1024 - 100) });
  const tooLarge = { id: 'large', pk: 'a', text: 'x'.repeat(2 * 1024 * 1024) };
  await assert.rejects(bench.container.items.create(tooLarge), { code: 413 });
  assert.equal((await bench.container.item('large', 'a').read()).statusCode, 404);
});

test('ids with spaces, percent signs and letters of any script are addressed as they are', async () => {
  await using bench = await openBench();
  for (const id of ['a b', '50%', 'ünï', '会話', "it's", 'a+b', 'a&b=c']) {
    await bench.container.items.create({ id, pk: id });
    assert.equal((await bench.container.item(id, id).read<object>()).resource?.id, id);
  }
});

test('an item goes when its time to live is over, and its id is free again', async () => {
  await using bench = await openBench({ ...PLAIN, defaultTtl: 60 });
  await bench.container.items.create({ id: 'short', pk: 'a' });
  await bench.container.items.create({ id: 'long', pk: 'a', ttl: 120 });
  await bench.container.items.create({ id: 'always', pk: 'a', ttl: -1 });
  bench.emulator.clock.advance(61_000);
  assert.equal((await bench.container.item('short', 'a').read()).statusCode, 404);
  assert.deepEqual(await bench.rows('SELECT VALUE c.id FROM c'), ['long', 'always']);
  assert.equal((await bench.container.items.create({ id: 'short', pk: 'a' })).statusCode, 201);
  bench.emulator.clock.advance(60_000);
  assert.deepEqual(await bench.rows('SELECT VALUE c.id FROM c'), ['always']);
});

test('a write starts the time to live anew', async () => {
  await using bench = await openBench({ ...PLAIN, defaultTtl: 60 });
  await bench.container.items.create({ id: '1', pk: 'a' });
  bench.emulator.clock.advance(40_000);
  await bench.container.item('1', 'a').replace({ id: '1', pk: 'a' });
  bench.emulator.clock.advance(40_000);
  assert.equal((await bench.container.item('1', 'a').read()).statusCode, 200);
});

test('without a TTL on the container, that of an item means nothing', async () => {
  await using bench = await openBench();
  await bench.container.items.create({ id: '1', pk: 'a', ttl: 1 });
  bench.emulator.clock.advance(10_000);
  assert.equal((await bench.container.item('1', 'a').read()).statusCode, 200);
  await assert.rejects(bench.container.items.create({ id: '2', pk: 'a', ttl: 0 }), { code: 400 });
});

test('the SDK takes the session token of a write and sends it with the next read', async () => {
  await using bench = await openBench(PLAIN, {}, { consistencyLevel: 'Session' });
  const { headers } = await bench.container.items.create({ id: '1', pk: 'a' });
  assert.match(String(headers['x-ms-session-token']), /^\d+:-1#\d+$/);
  await bench.container.item('1', 'a').read();
  assert.equal(last(bench.emulator.requests).sessionToken, headers['x-ms-session-token']);
});

test('a conflict or an unmet condition is charged, too', async () => {
  await using bench = await openBench();
  await bench.container.items.create({ id: '1', pk: 'a' });
  await assert.rejects(bench.container.items.create({ id: '1', pk: 'a' }));
  assert.deepEqual(
    bench.emulator.requests.map(({ operation, status }) => [operation, status]),
    [
      ['create', 201],
      ['create', 409],
    ],
  );
  assert.ok(last(bench.emulator.requests).charge > 0);
});
