import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Log } from '../../src/core/log.ts';
import { askAndGoAway } from '../support/gone-client.ts';
import { startSkein } from '../support/skein.ts';
import { silentLog } from '../support/silent-log.ts';

it('a client that goes away in the middle of a request is no fault of the server', async () => {
  const faults: string[] = [];
  const log: Log = { ...silentLog, error: (_, message) => faults.push(message) };
  await using skein = await startSkein({ log });
  for (const length of [1_000, 5_000_000]) {
    await askAndGoAway(skein, '{"query": ', length, () => skein.ask('{ viewer { id } }'));
  }
  assert.deepEqual(faults, []);
});
