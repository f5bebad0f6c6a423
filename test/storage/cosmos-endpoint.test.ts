import { randomBytes } from 'node:crypto';
import { after, describe, test } from 'node:test';
import { env } from 'node:process';
import { CosmosClient } from '@azure/cosmos';
import { DefaultAzureCredential } from '@azure/identity';
import { connectCosmos, type CosmosOptions } from '../../src/storage/cosmos/engine.ts';
import { silentLog } from '../support/silent-log.ts';
import { describeEngine } from './contract.ts';
import { DIMENSIONS } from './contract/searching.ts';

/**
 * The same suite on an endpoint of one's own: an account, or Microsoft's emulator.
 *   COSMOS_TEST_ENDPOINT   its endpoint; without it, all of this is skipped
 *   COSMOS_TEST_KEY        its key; a database is made for the run, and removed
 *   COSMOS_TEST_DATABASE   without a key: a database provisioned by infra/main.bicep with embeddingDimensions=64, which
 *                          DefaultAzureCredential may use; it is left with the suite's items in it
 */
const endpoint = env['COSMOS_TEST_ENDPOINT'];
const key = env['COSMOS_TEST_KEY'];
const given = env['COSMOS_TEST_DATABASE'];

if (endpoint === undefined) {
  test('the suite on COSMOS_TEST_ENDPOINT', { skip: 'COSMOS_TEST_ENDPOINT is not set' });
} else {
  const database = given ?? `skein-test-${randomBytes(4).toString('hex')}`;
  const options: Omit<CosmosOptions, 'now'> = {
    endpoint,
    database,
    identity: key === undefined ? { credential: new DefaultAzureCredential() } : { key },
    dimensions: DIMENSIONS,
    createMissing: key !== undefined,
    log: silentLog,
  };
  // What the endpoint lacks shows when the containers are made, or compared.
  const lacking = await connectCosmos(options).then(
    async (engine) => {
      await engine.close();
      return null;
    },
    (error: unknown) => String(error),
  );
  if (lacking === null) {
    describe(`on ${new URL(endpoint).host}`, () => {
      after(async () => {
        if (key === undefined) return;
        const client = new CosmosClient({ endpoint, key });
        await client.database(database).delete();
        client.dispose();
      });
      describeEngine(
        'cosmos',
        async ({ now }) => {
          let engine = await connectCosmos({ ...options, now });
          return {
            engine,
            async reopen() {
              await engine.close();
              engine = await connectCosmos({ ...options, now });
              return engine;
            },
            cleanup: () => engine.close(),
          };
        },
        { batchesAcrossThreads: false },
      );
    });
  } else {
    test('the suite on COSMOS_TEST_ENDPOINT', { skip: lacking });
  }
}
