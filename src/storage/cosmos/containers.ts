import {
  PartitionKeyDefinitionVersion,
  PartitionKeyKind,
  VectorEmbeddingDataType,
  VectorEmbeddingDistanceFunction,
  VectorIndexType,
  type ContainerDefinition,
} from '@azure/cosmos';

/** The containers that the engine keeps its items in: their names. */
export type ContainerName = 'threads' | 'ledger';

/** The values of a container's partition key paths: all of them. */
export type PartitionKey = readonly string[];

/** A container as the engine wants it. */
export type Wanted = ContainerDefinition & { readonly id: ContainerName };

const THREAD_KEY_PATHS = ['/tenantId', '/ownerId', '/threadId'];
const LEDGER_KEY_PATHS = ['/tenantId', '/day'];

/** Paths that queries filter or sort by; each value of one costs 0.2 request units a write, so there are no others. */
const INDEXED_PATHS = [
  '/kind/?',
  '/tenantId/?',
  '/ownerId/?',
  '/threadId/?',
  '/messageId/?',
  '/seq/?',
  '/back/?',
  '/role/?',
  '/author/?',
  '/model/?',
  '/status/?',
  '/agent/?',
  '/searched/?',
  '/createdAt/?',
  '/updatedAt/?',
  '/activeAt/?',
  '/lastMessageAt/?',
  '/expiresAt/?',
  '/waitingSince/?',
  '/vectorModel/?',
  '/builtFor/?',
  '/afterwards/?',
  '/headVersion/?',
  '/spread/?',
  '/use/[]/day/?',
  '/pending/[]/day/?',
  '/due/lines/[]/day/?',
  '/metadata/[]/?',
  '/threadMetadata/[]/?',
];

/** A message's own words, and those of what surrounds it. */
const TEXT_PATHS = ['/words', '/around'];

/** Orders of lists of threads. A filter's equalities come first: that is the index Cosmos DB can seek in. */
const SORTED_BY = ['activeAt', 'createdAt', 'updatedAt'];
const COMPOSITES = [
  ...SORTED_BY.map((field) => ['tenantId', field, 'threadId']),
  ...SORTED_BY.map((field) => ['tenantId', 'ownerId', field, 'threadId']),
  ['waitingSince', 'seq'],
];

/**
 * The container of threads, messages and their vectors. A thread's head, its messages and their passages share one
 * logical partition.
 * @param dimensions of the embedder: fixed when the container is created
 */
function threadsContainer(dimensions: number): Wanted {
  return {
    id: 'threads',
    partitionKey: {
      paths: THREAD_KEY_PATHS,
      kind: PartitionKeyKind.MultiHash,
      version: PartitionKeyDefinitionVersion.V2,
    },
    // TTL is on, and acts on items that have their own.
    defaultTtl: -1,
    indexingPolicy: {
      indexingMode: 'consistent',
      automatic: true,
      includedPaths: INDEXED_PATHS.map((path) => ({ path })),
      excludedPaths: [{ path: '/*' }, { path: '/embedding/*' }],
      compositeIndexes: COMPOSITES.map((paths) => paths.map((path) => ({ path: `/${path}`, order: 'ascending' }))),
      vectorIndexes: [{ path: '/embedding', type: VectorIndexType.DiskANN, vectorIndexShardKey: ['/tenantId'] }],
      fullTextIndexes: TEXT_PATHS.map((path) => ({ path })),
    },
    vectorEmbeddingPolicy: {
      vectorEmbeddings: [
        {
          path: '/embedding',
          dataType: VectorEmbeddingDataType.Int8,
          dimensions,
          distanceFunction: VectorEmbeddingDistanceFunction.Cosine,
        },
      ],
    },
    fullTextPolicy: {
      defaultLanguage: 'en-US',
      fullTextPaths: TEXT_PATHS.map((path) => ({ path, language: 'en-US' })),
    },
  };
}

const LEDGER_PATHS = ['/tenantId/?', '/day/?', '/ownerId/?'];

/** The container of the usage ledger: a row a thread and day. */
function ledgerContainer(): Wanted {
  return {
    id: 'ledger',
    partitionKey: {
      paths: LEDGER_KEY_PATHS,
      kind: PartitionKeyKind.MultiHash,
      version: PartitionKeyDefinitionVersion.V2,
    },
    indexingPolicy: {
      indexingMode: 'consistent',
      automatic: true,
      includedPaths: LEDGER_PATHS.map((path) => ({ path })),
      excludedPaths: [{ path: '/*' }],
    },
  };
}

/** All containers, for embeddings of so many dimensions. */
export function wantedContainers(dimensions: number): readonly Wanted[] {
  return [threadsContainer(dimensions), ledgerContainer()];
}

/** How long the vectors are that a container takes; null: it takes none. Shorter ones are padded. */
export function dimensionsOf({ vectorEmbeddingPolicy }: ContainerDefinition): number | null {
  return vectorEmbeddingPolicy?.vectorEmbeddings[0]?.dimensions ?? null;
}

/**
 * What of a container is not as the engine needs it, a sentence each; none when it fits. More indexed paths than needed
 * are no difference: they cost, but harm nothing.
 */
export function differencesOf(wanted: Wanted, found: ContainerDefinition): string[] {
  const aspects: readonly [string, Aspect][] = [
    ['its partition key', ({ partitionKey }) => (partitionKey?.paths ?? []).join(', ')],
    ['the kind of its partition key', ({ partitionKey }) => partitionKey?.kind ?? PartitionKeyKind.Hash],
    ['its default time to live', ({ defaultTtl }) => String(defaultTtl ?? 'off')],
    ['its indexing mode', ({ indexingPolicy }) => indexingPolicy?.indexingMode?.toLowerCase() ?? 'consistent'],
    ['its vector policy', vectorPolicy],
    ['its full-text policy', fullTextPolicy],
  ];
  const differences = aspects
    .filter(([, aspect]) => aspect(found) !== aspect(wanted))
    .map(([name, aspect]) => `${name} is ${aspect(found) || 'absent'}, but must be ${aspect(wanted) || 'absent'}`);
  for (const [name, aspect] of LISTS) {
    const there = new Set(aspect(found));
    const missing = aspect(wanted).filter((entry) => !there.has(entry));
    if (missing.length > 0) differences.push(`${name} lack ${missing.join('; ')}`);
  }
  return differences.map((difference) => `Container ${wanted.id}: ${difference}.`);
}

type Aspect = (container: ContainerDefinition) => string;

const LISTS: readonly [string, (container: ContainerDefinition) => readonly string[]][] = [
  ['its included paths', includedPaths],
  [
    'its composite indexes',
    ({ indexingPolicy }) =>
      (indexingPolicy?.compositeIndexes ?? []).map((paths) =>
        paths.map(({ path, order }) => `${path} ${order}`).join(', '),
      ),
  ],
  [
    'its vector indexes',
    ({ indexingPolicy }) =>
      (indexingPolicy?.vectorIndexes ?? []).map(
        ({ path, type, vectorIndexShardKey = [] }) => `${path} ${type} sharded by ${vectorIndexShardKey.join(', ')}`,
      ),
  ],
  ['its full-text indexes', ({ indexingPolicy }) => (indexingPolicy?.fullTextIndexes ?? []).map(({ path }) => path)],
];

function includedPaths({ indexingPolicy }: ContainerDefinition): readonly string[] {
  const paths = (indexingPolicy?.includedPaths ?? []).map(({ path }) => path);
  const everything = paths.includes('/*');
  return everything ? [...new Set([...paths, ...INDEXED_PATHS, ...LEDGER_PATHS])] : paths;
}

function vectorPolicy({ vectorEmbeddingPolicy }: ContainerDefinition): string {
  return (vectorEmbeddingPolicy?.vectorEmbeddings ?? [])
    .map(
      ({ path, dataType, dimensions, distanceFunction }) =>
        `${path} ${dataType} of ${String(dimensions)} dimensions by ${distanceFunction.toLowerCase()}`,
    )
    .join(', ');
}

function fullTextPolicy({ fullTextPolicy: policy }: ContainerDefinition): string {
  return (policy?.fullTextPaths ?? []).map(({ path, language }) => `${path} ${language}`).join(', ');
}
