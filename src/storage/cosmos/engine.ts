import { CosmosClient, type Database } from '@azure/cosmos';
import type { TokenCredential } from '@azure/identity';
import { SkeinError } from '../../core/errors.ts';
import { withLoggedCost } from '../../core/background-cost.ts';
import type { Log } from '../../core/log.ts';
import { startMeter } from '../../core/meter.ts';
import type { Engine } from '../store.ts';
import { accessTo, type Patience } from './access.ts';
import { cosmosCandidates } from './candidates.ts';
import { differencesOf, dimensionsOf, wantedContainers, type Wanted } from './containers.ts';
import { faultOf, TOKENLESS } from './faults.ts';
import { createHints } from './hints.ts';
import { cosmosIndex } from './index-store.ts';
import { cosmosLedger } from './ledger.ts';
import { cosmosMessages } from './messages.ts';
import type { Parts } from './parts.ts';
import { regionsOf, type Regions } from './regions.ts';
import { createScopeSizes } from './scope-sizes.ts';
import { cosmosThreads } from './threads.ts';
import { tracked } from './tracked.ts';
import { createTransport, type Transport } from './transport.ts';
import { createTurns } from './turns.ts';
import { createVectorModel } from './vector-model.ts';
import { createWaitingMessages, LOOK_MS } from './waiting-messages.ts';

export type CosmosOptions = {
  /** The account's endpoint: `https://….documents.azure.com:443/`. */
  readonly endpoint: string;
  readonly database: string;
  /** A key of the account, or an identity with a data-plane role on it. */
  readonly identity: { readonly key: string } | { readonly credential: TokenCredential };
  /** How many dimensions the embedder's vectors have: fixed when the container is created. */
  readonly dimensions: number;
  /** Regions to read from, the nearest first; without any, the account's own order. */
  readonly regions?: readonly string[];
  /**
   * Makes the database and containers that are missing: for emulators and tests. With an identity, Cosmos DB refuses it:
   * they are provisioned by `infra/main.bicep`.
   */
  readonly createMissing?: boolean;
  /** The clock by which threads expire, epoch milliseconds. */
  readonly now?: () => number;
  readonly log: Log;
  readonly patience?: Patience;
  /** How long what another server has stored is left to it to embed, milliseconds. */
  readonly lookMs?: number;
};

/**
 * A region that hangs is left within three seconds. A query may take Cosmos DB five, and has ten at the third attempt. A
 * write that finds nobody tries about six times before it says so, one that gets no answer three times, in ten seconds.
 */
const PATIENCE: Patience = { requestMs: 2_500, budgetMs: 8_000, lostMs: 2_500, firstPauseMs: 50 };

/**
 * Connects the distributed engine, and compares the containers with what it needs.
 * @throws SkeinError UNAVAILABLE when the account cannot be reached or refuses the identity, or when a container is
 * missing or differs, each difference in words
 */
export async function connectCosmos(options: CosmosOptions): Promise<Engine> {
  const { endpoint, log, now = Date.now, patience = PATIENCE } = options;
  const regions = regionsOf({ endpoint, preferred: options.regions ?? [] });
  const transport = createTransport({ regions });
  const newClient = () => clientFor(options, transport);
  const client = newClient();
  try {
    await learnRegions(client, regions);
    const database = client.database(options.database);
    const wanted = wantedContainers(options.dimensions);
    if (options.createMissing === true) await createMissing(client, options.database, wanted);
    const dimensions = await requireFitting(database, options.dimensions);
    return open(client, newClient, { ...options, dimensions, now, patience, regions, transport, log });
  } catch (error) {
    client.dispose();
    throw startFault(options, error);
  }
}

function clientFor({ endpoint, identity }: CosmosOptions, transport: Transport): CosmosClient {
  return new CosmosClient({
    endpoint,
    ...('key' in identity ? { key: identity.key } : { aadCredentials: identity.credential }),
    httpClient: transport.client,
    connectionPolicy: {
      // The transport chooses regions and the access layer tries again; the SDK does neither.
      enableEndpointDiscovery: false,
      enableBackgroundEndpointRefreshing: false,
      retryOptions: { maxRetryAttemptCount: 0 },
      requestTimeout: 60_000,
    },
  });
}

type Opening = Omit<CosmosOptions, 'regions'> & {
  readonly now: () => number;
  readonly patience: Patience;
  readonly regions: Regions;
  readonly transport: Transport;
};

function open(first: CosmosClient, newClient: () => CosmosClient, opening: Opening): Engine {
  const { now, patience, regions, transport, log } = opening;
  let client = first;
  let closing: Promise<void> | null = null;
  const work = new Set<Promise<unknown>>();

  const learnAnew = oneAtATime(() => learnRegions(client, regions).catch(() => {}));
  const access = accessTo({
    containers: () => {
      const database = client.database(opening.database);
      return { threads: database.container('threads'), ledger: database.container('ledger') };
    },
    transport,
    now,
    patience,
    async learn(what) {
      if (what === 'regions') return learnAnew();
      // A client remembers for good how data is parted; a new one asks.
      client.dispose();
      client = newClient();
      return undefined;
    },
  });
  const parts: Parts = {
    access,
    hints: createHints(),
    vectors: createVectorModel({ access }, opening.dimensions),
    sizes: createScopeSizes({ access }),
    waiting: createWaitingMessages({ access }, opening.lookMs ?? LOOK_MS),
    turns: createTurns(),
    log,
    background(fault, task) {
      const done = withLoggedCost(log, 'settling the ledger', task)
        .catch((error: unknown) => {
          log.warn({ err: error }, fault);
        })
        .finally(() => work.delete(done));
      work.add(done);
    },
  };
  const ports = portsOver(parts);
  const begin = (): void => {
    if (closing !== null) throw new SkeinError('UNAVAILABLE', 'The store is closed.');
  };
  const refresh = setInterval(() => {
    if (regions.isStale()) void learnAnew();
  }, REFRESH_MS).unref();

  const close = async (): Promise<void> => {
    clearInterval(refresh);
    // What is under way may leave more to be done in the background.
    while (work.size > 0) await Promise.allSettled(work);
    client.dispose();
  };
  return {
    name: 'cosmos',
    shared: true,
    threads: tracked(ports.threads, begin, work),
    messages: tracked(ports.messages, begin, work),
    candidates: tracked(ports.candidates, begin, work),
    index: tracked(ports.index, begin, work),
    ledger: tracked(ports.ledger, begin, work),
    async ping() {
      begin();
      await access.read('ledger', ['', ''], 'ping', { meter: startMeter() });
    },
    close() {
      closing ??= close();
      return closing;
    },
  };
}

/** The ports over the containers. */
export function portsOver(parts: Parts): Omit<Engine, 'name' | 'shared' | 'ping' | 'close'> {
  return {
    threads: cosmosThreads(parts),
    messages: cosmosMessages(parts),
    candidates: cosmosCandidates(parts, parts.vectors),
    index: cosmosIndex(parts, parts.vectors),
    ledger: cosmosLedger(parts),
  };
}

const REFRESH_MS = 30_000;

/** What the account says of its regions. */
async function learnRegions(client: CosmosClient, regions: Regions): Promise<void> {
  const { resource } = await client.getDatabaseAccount();
  if (resource === undefined) return;
  const listed = (locations: readonly { name: string; databaseAccountEndpoint: string }[]) =>
    locations.map(({ name, databaseAccountEndpoint }) => ({ name, endpoint: databaseAccountEndpoint }));
  regions.learn({ readable: listed(resource.readableLocations), writable: listed(resource.writableLocations) });
}

async function createMissing(client: CosmosClient, name: string, wanted: readonly Wanted[]): Promise<void> {
  const { database } = await client.databases.createIfNotExists({ id: name });
  for (const container of wanted) await database.containers.createIfNotExists(structuredClone(container));
}

/** Gives how many dimensions the vectors may have: the embedder's, or as many more as the container was made for. */
async function requireFitting(database: Database, needed: number): Promise<number> {
  const differences: string[] = [];
  const made = dimensionsOf((await readDefinition(database, 'threads')) ?? {}) ?? 0;
  const dimensions = Math.max(made, needed);
  for (const container of wantedContainers(dimensions)) {
    const found = await readDefinition(database, container.id);
    if (found === undefined) differences.push(`Container ${container.id} is missing.`);
    else differences.push(...differencesOf(container, found));
  }
  if (differences.length === 0) return dimensions;
  const advice =
    made > 0 && made < needed
      ? `The dimensions of a container cannot be changed: have the embedding model give ${String(made)} or fewer, or provision another database with infra/main.bicep, embeddingDimensions=${String(needed)}.`
      : 'Provision the database with infra/main.bicep.';
  throw new SkeinError('UNAVAILABLE', [`Database ${database.id} does not fit.`, ...differences, advice].join(' '));
}

async function readDefinition(database: Database, id: string) {
  try {
    return (await database.container(id).read()).resource;
  } catch (error) {
    const fault = faultOf(error);
    if (fault.kind === 'refused' && fault.status === 404) return undefined;
    throw error;
  }
}

/** Calls that come while one is under way share it. */
function oneAtATime(work: () => Promise<void>): () => Promise<void> {
  let underWay: Promise<void> | null = null;
  return () => {
    underWay ??= work().finally(() => {
      underWay = null;
    });
    return underWay;
  };
}

/** An error of connecting says what it was about, and what to do where the identity is at fault. */
function startFault({ endpoint, identity }: CosmosOptions, error: unknown): Error {
  if (error instanceof SkeinError) return error;
  const fault = faultOf(error);
  const reason = (): string => {
    if (fault.kind === 'passing') return fault.reason;
    if (fault.kind === 'tokenless') return `${TOKENLESS} Give this machine a managed identity, or sign in (az login).`;
    if (fault.kind !== 'denied') return 'Cosmos DB cannot be used.';
    return 'key' in identity ? fault.reason : `${fault.reason} ${GRANT}`;
  };
  return new SkeinError('UNAVAILABLE', `${endpoint}: ${reason()}`, { cause: error });
}

const GRANT =
  "Grant the identity, of the account's own Entra tenant, the role Cosmos DB Built-in Data Contributor on the account: principalIds of infra/main.bicep does.";
