import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CosmosClient, PartitionKeyKind, type ContainerRequest } from '@azure/cosmos';
import { SkeinError } from '../../../src/core/errors.ts';
import { wantedContainers } from '../../../src/storage/cosmos/containers.ts';
import { startCosmosEmulator, type CosmosEmulator } from '../../support/cosmos/emulator.ts';
import { aCall, aScope } from '../../support/builders.ts';
import { aModel, DIMENSIONS, embedAll, foundByMeaning } from '../contract/searching.ts';
import { messagesSaying, startThread } from '../contract/setting.ts';
import { connectTo, DATABASE, IMPATIENT } from './setting.ts';

/** Provisions what the engine wants, changed by a test. */
async function provision(
  emulator: CosmosEmulator,
  change: (threads: ContainerRequest, ledger: ContainerRequest) => void = () => undefined,
): Promise<void> {
  const client = new CosmosClient({ endpoint: emulator.endpoint, key: emulator.key });
  const { database } = await client.databases.createIfNotExists({ id: DATABASE });
  const [threads, ledger] = structuredClone(wantedContainers(DIMENSIONS));
  assert(threads !== undefined && ledger !== undefined);
  change(threads, ledger);
  await database.containers.create(threads);
  await database.containers.create(ledger);
  client.dispose();
}

/** The message with which the start is refused. */
async function refusal(emulator: CosmosEmulator, options: Parameters<typeof connectTo>[1] = {}): Promise<string> {
  try {
    const engine = await connectTo(emulator, { createMissing: false, patience: IMPATIENT, ...options });
    await engine.close();
  } catch (error) {
    assert(error instanceof SkeinError && error.code === 'UNAVAILABLE', String(error));
    return error.message;
  }
  throw new Error('The start was not refused.');
}

describe('the start', () => {
  test('goes well with containers as provisioned, and is answered by a ping', async () => {
    await using emulator = await startCosmosEmulator();
    await provision(emulator);
    const engine = await connectTo(emulator, { createMissing: false });
    await engine.ping();
    await engine.close();
    await engine.close();
    await assert.rejects(engine.ping(), SkeinError);
  });

  test('goes well with containers for longer vectors: shorter ones are padded', async () => {
    await using emulator = await startCosmosEmulator();
    await provision(emulator, (threads) => {
      for (const embedding of threads.vectorEmbeddingPolicy?.vectorEmbeddings ?? []) embedding.dimensions = 512;
    });
    const engine = await connectTo(emulator, { createMissing: false });
    await engine.index.adopt(aModel(), aCall());
    await startThread(engine, aScope(), {}, messagesSaying('kayak'));
    await embedAll(engine, aScope());
    assert.deepEqual(await foundByMeaning(engine, aScope(), 'kayak'), ['kayak']);
    await engine.index.adopt(aModel('long', 512), aCall());
    await engine.close();
  });

  test('of a model whose vectors are longer than the containers take is refused, with what to do', async () => {
    await using emulator = await startCosmosEmulator();
    await provision(emulator);
    assert.match(
      await refusal(emulator, { dimensions: DIMENSIONS + 1 }),
      /have the embedding model give 64 or fewer, or provision another database with infra\/main\.bicep, embeddingDimensions=65\./,
    );
  });

  test('creates nothing by itself: what is missing is named', async () => {
    await using emulator = await startCosmosEmulator();
    assert.match(await refusal(emulator), /Container threads is missing\. Container ledger is missing\./);
  });

  for (const [name, change, difference] of [
    [
      'another partition key',
      (threads) => {
        threads.partitionKey = { paths: ['/tenantId', '/threadId'], kind: PartitionKeyKind.MultiHash };
      },
      'its partition key is /tenantId, /threadId, but must be /tenantId, /ownerId, /threadId',
    ],
    [
      'fewer dimensions',
      (threads) => {
        for (const embedding of threads.vectorEmbeddingPolicy?.vectorEmbeddings ?? []) embedding.dimensions = 32;
      },
      'its vector policy is /embedding int8 of 32 dimensions by cosine, but must be /embedding int8 of 64 dimensions by cosine',
    ],
    [
      'no vector policy',
      (threads) => {
        delete threads.vectorEmbeddingPolicy;
        delete threads.indexingPolicy?.vectorIndexes;
      },
      'its vector policy is absent, but must be',
    ],
    [
      'no full-text policy',
      (threads) => {
        delete threads.fullTextPolicy;
        delete threads.indexingPolicy?.fullTextIndexes;
      },
      'its full-text policy is absent, but must be /words en-US, /around en-US',
    ],
    [
      'no composite index for an order',
      (threads) => {
        threads.indexingPolicy?.compositeIndexes?.splice(0, 1);
      },
      'its composite indexes lack /tenantId ascending, /activeAt ascending, /threadId ascending',
    ],
    [
      'a path that is not indexed',
      (threads) => {
        threads.indexingPolicy?.includedPaths?.shift();
      },
      'its included paths lack /kind/?',
    ],
    [
      'no time to live',
      (threads) => {
        delete threads.defaultTtl;
      },
      'its default time to live is off, but must be -1',
    ],
  ] satisfies [string, (threads: ContainerRequest) => void, string][]) {
    test(`is refused with ${name}, and told the difference`, async () => {
      await using emulator = await startCosmosEmulator();
      await provision(emulator, change);
      const message = await refusal(emulator);
      assert(message.includes(`Container threads: ${difference}`), message);
      assert(message.includes('infra/main.bicep'));
    });
  }

  test('is refused, without a word of the key, when the account does not take it', async () => {
    await using emulator = await startCosmosEmulator();
    const key = Buffer.from('not the key').toString('base64');
    const message = await refusal(emulator, { identity: { key } });
    assert.match(message, /refuses the credentials/);
    assert(!message.includes(key));
  });

  test('is refused, naming the endpoint, when the account cannot be reached', async () => {
    const emulator = await startCosmosEmulator();
    await emulator.close();
    const message = await refusal(emulator);
    assert(message.includes(emulator.endpoint) && message.includes('cannot be reached'), message);
  });
});
