import {
  CosmosClient,
  PartitionKeyKind,
  VectorEmbeddingDataType,
  VectorEmbeddingDistanceFunction,
  VectorIndexType,
  type Container,
  type ContainerRequest,
  type CosmosClientOptions,
  type FeedOptions,
  type ItemDefinition,
  type SqlQuerySpec,
} from '@azure/cosmos';
import { startCosmosEmulator, type CosmosEmulator, type EmulatorOptions } from '../emulator.ts';

/** An emulator with one client of the real SDK and one container. */
export type Bench = AsyncDisposable & {
  readonly emulator: CosmosEmulator;
  readonly client: CosmosClient;
  readonly container: Container;
  /** All rows of a query, as the SDK gives them. */
  rows(query: string | SqlQuerySpec, options?: FeedOptions): Promise<unknown[]>;
};

/** Names of the bench's container, for `split`. */
export const PLACE = { database: 'chat', container: 'items' };

/** A container with one partition key. */
export const PLAIN: ContainerRequest = { id: 'items', partitionKey: { paths: ['/pk'] } };

/** A container with a hierarchical key of two levels. */
export const HIERARCHICAL: ContainerRequest = {
  id: 'items',
  partitionKey: { paths: ['/tenant', '/owner'], kind: PartitionKeyKind.MultiHash },
};

/** A container with text and vectors of three dimensions. */
export const SEARCHABLE: ContainerRequest = {
  id: 'items',
  partitionKey: { paths: ['/tenant'] },
  vectorEmbeddingPolicy: {
    vectorEmbeddings: [
      {
        path: '/vector',
        dataType: VectorEmbeddingDataType.Float32,
        dimensions: 3,
        distanceFunction: VectorEmbeddingDistanceFunction.Cosine,
      },
    ],
  },
  fullTextPolicy: { defaultLanguage: 'en-US', fullTextPaths: [{ path: '/text', language: 'en-US' }] },
  indexingPolicy: {
    includedPaths: [{ path: '/*' }],
    excludedPaths: [{ path: '/vector/*' }],
    vectorIndexes: [{ path: '/vector', type: VectorIndexType.Flat }],
    fullTextIndexes: [{ path: '/text' }],
  },
};

/** Starts an emulator and makes the container; closes both when the test's scope ends. */
export async function openBench(
  definition: ContainerRequest = PLAIN,
  options: EmulatorOptions = {},
  clientOptions: Partial<CosmosClientOptions> = {},
): Promise<Bench> {
  const emulator = await startCosmosEmulator(options);
  const client = new CosmosClient({ endpoint: emulator.endpoint, key: emulator.key, ...clientOptions });
  const { database } = await client.databases.create({ id: PLACE.database });
  const { container } = await database.containers.create(structuredClone(definition));
  emulator.forgetRequests();
  return {
    emulator,
    client,
    container,
    rows: async (query, feedOptions) => (await container.items.query<unknown>(query, feedOptions).fetchAll()).resources,
    [Symbol.asyncDispose]: async () => {
      client.dispose();
      await emulator.close();
    },
  };
}

/** Creates items one after the other. */
export async function store(container: Container, items: readonly ItemDefinition[]): Promise<void> {
  for (const item of items) await container.items.create({ ...item });
}

/** The last item of a list, or a failure of the test. */
export function last<Element>(list: readonly Element[]): Element {
  const element = list.at(-1);
  if (element === undefined) throw new Error('The list is empty');
  return element;
}
