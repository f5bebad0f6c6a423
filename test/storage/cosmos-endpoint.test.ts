import { randomBytes } from 'node:crypto';
import { after, describe, test } from 'node:test';
import { env } from 'node:process';
import { CosmosClient } from '@azure/cosmos';
import { DefaultAzureCredential } from '@azure/identity';
import { connectCosmos, type CosmosOptions } from '../../src/storage/cosmos/engine.ts';
import { silentLog } from '../support/silent-log.ts';
import { describeEngine, type PartName } from './contract.ts';
import { DIMENSIONS } from './contract/searching.ts';
import { gapsOf } from './cosmos/endpoint-gaps.ts';

/**
 * The same suite on an endpoint of one's own: an account, or Microsoft's emulator.
 *   COSMOS_TEST_ENDPOINT   its endpoint; without it, all of this is skipped
 *   COSMOS_TEST_KEY        its key; databases are made for the run, and removed
 *   COSMOS_TEST_DATABASE   without a key: a database provisioned by infra/main.bicep with embeddingDimensions=64, which
 *                          DefaultAzureCredential may use; it is left with the suite's items in it
 */
const endpoint = env['COSMOS_TEST_ENDPOINT'];
const key = env['COSMOS_TEST_KEY'];

if (endpoint === undefined) {
  test('the suite on COSMOS_TEST_ENDPOINT', { skip: 'COSMOS_TEST_ENDPOINT is not set' });
} else {
  const options: Omit<CosmosOptions, 'database' | 'now'> = {
    endpoint,
    identity: key === undefined ? { credential: new DefaultAzureCredential() } : { key },
    dimensions: DIMENSIONS,
    createMissing: key !== undefined,
    log: silentLog,
    lookMs: 0,
  };
  const run = `skein-test-${randomBytes(4).toString('hex')}`;
  let made = 0;
  const nextDatabase = (): string => env['COSMOS_TEST_DATABASE'] ?? `${run}-${String((made += 1))}`;
  const remove = async (database: string): Promise<void> => {
    if (key === undefined) return;
    const client = new CosmosClient({ endpoint, key });
    await client.database(database).delete();
    client.dispose();
  };

  const tried = nextDatabase();
  const gaps = await gapsOf({ ...options, database: tried });
  if (gaps.kind === 'unfit') {
    test('the suite on COSMOS_TEST_ENDPOINT', { skip: gaps.reason });
    await remove(tried).catch(() => undefined);
  } else {
    const parts = new Map<PartName, string>(gaps.parts);
    if (key === undefined) parts.set('model switch', 'each of its tests needs a database of its own, and so a key');
    describe(`on ${new URL(endpoint).host}`, () => {
      after(() => remove(tried));
      describeEngine(
        'cosmos',
        async ({ now }) => {
          const database = nextDatabase();
          let engine = await connectCosmos({ ...options, database, now });
          return {
            engine,
            async reopen() {
              await engine.close();
              engine = await connectCosmos({ ...options, database, now });
              return engine;
            },
            async cleanup() {
              await engine.close();
              await remove(database);
            },
          };
        },
        { batchesAcrossThreads: false },
        parts,
      );
    });
  }
}
