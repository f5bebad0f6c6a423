import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startCosmosEmulator } from '../../support/cosmos/emulator.ts';
import { silentLog } from '../../support/silent-log.ts';
import { DIMENSIONS } from '../contract/searching.ts';
import { gapsOf } from './endpoint-gaps.ts';
import { DATABASE, IMPATIENT } from './setting.ts';

const optionsFor = ({ endpoint, key }: { endpoint: string; key: string }) => ({
  endpoint,
  database: DATABASE,
  identity: { key },
  dimensions: DIMENSIONS,
  createMissing: true,
  log: silentLog,
  patience: IMPATIENT,
});

test('an endpoint that does all lacks nothing', async () => {
  await using emulator = await startCosmosEmulator();
  assert.deepEqual(await gapsOf(optionsFor(emulator)), { kind: 'fit', parts: new Map() });
});

test('an endpoint that does not check ETags in a batch lacks what two writers at once need', async () => {
  await using emulator = await startCosmosEmulator({ gateway: { batchEtags: 'ignored' } });
  const gaps = await gapsOf(optionsFor(emulator));
  assert(gaps.kind === 'fit');
  assert.match(gaps.parts.get('appending') ?? '', /does not check the ETag/);
  assert.equal(gaps.parts.has('candidates'), false);
});

test('an endpoint whose vector search fails with ARRAY_CONTAINS lacks what filters need', async () => {
  await using emulator = await startCosmosEmulator();
  emulator.faults.add({ match: { operation: 'query' }, effect: { kind: 'status', status: 500 } });
  const gaps = await gapsOf(optionsFor(emulator));
  assert(gaps.kind === 'fit');
  assert.deepEqual([...gaps.parts.keys()], ['candidates']);
});

test('an endpoint that cannot make the containers is unfit, and says why in its own words', async () => {
  await using emulator = await startCosmosEmulator();
  // The second request for containers makes one.
  emulator.faults.add({ match: { operation: 'containers' }, skip: 1, effect: { kind: 'status', status: 400 } });
  const gaps = await gapsOf(optionsFor(emulator));
  assert(gaps.kind === 'unfit');
  assert.match(gaps.reason, /A fault was asked for: 400/);
});
