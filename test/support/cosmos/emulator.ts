import { accountDocument, type RegionEndpoint } from './account.ts';
import { certify } from './certificate.ts';
import { movableClock, systemClock, type Clock, type MovableClock } from './clock.ts';
import { databases } from './databases.ts';
import { answerDocuments, sessionToken } from './documents.ts';
import type { Call, Reply } from './exchange.ts';
import { CosmosFailure } from './failures.ts';
import { faults, type Faults } from './faults.ts';
import { listen, type Listener } from './listener.ts';
import { isWrite, type OperationName } from './operations.ts';
import type { KeyLevel } from './partition-key.ts';
import { splitRange } from './partitioning.ts';
import type { GatewayBehaviour } from './queries.ts';
import { requestLog, type RequestRecord } from './request-log.ts';
import { requestHandler, type ServerOptions } from './server.ts';

/** The key that every Cosmos DB emulator has; published, and no secret. */
export const EMULATOR_KEY = 'C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw==';

/** How to start an emulator. All of it may be left out. */
export type EmulatorOptions = {
  /** Physical ranges of a new container: 2, so that queries take the pipeline as they do in production. */
  readonly ranges?: number;
  /** Regions, the first of which takes the writes. */
  readonly regions?: readonly string[];
  /** Whether every region takes writes. */
  readonly multipleWriteLocations?: boolean;
  /** Behaviours of a real gateway that nobody here could verify. */
  readonly gateway?: Partial<GatewayBehaviour>;
  /** The clock under the movable one. */
  readonly clock?: Clock;
  readonly key?: string;
  /** Entra tokens that are good for items and no more. */
  readonly entraTokens?: readonly string[];
  /** Whether it listens by https, with a certificate of its own making: the SDK gives tokens to no one else. */
  readonly tls?: boolean;
  /** The port of `endpoint`; any free one when absent. */
  readonly port?: number;
};

/** A running emulator. */
export type CosmosEmulator = AsyncDisposable & {
  /** The account's endpoint, which is down while its write region is. */
  readonly endpoint: string;
  readonly key: string;
  /** What a client by https must be told to trust, as PEM; null without `tls`. */
  readonly certificate: string | null;
  readonly regions: readonly RegionEndpoint[];
  /** Requests for data so far, oldest first: no plans, ranges, containers or account reads. */
  readonly requests: readonly RequestRecord[];
  /** All requests so far. */
  readonly traffic: readonly RequestRecord[];
  /** Empties `requests` and `traffic`. */
  forgetRequests(): void;
  readonly faults: Pick<Faults, 'add' | 'clear'>;
  readonly clock: MovableClock;
  /** Closes a region: connections are refused from now on. */
  killRegion(name: string): Promise<void>;
  /** Opens a killed region again, at its old port. */
  startRegion(name: string): Promise<void>;
  /** Makes another region the one that takes the writes. */
  failOver(writeRegion: string): Promise<void>;
  /**
   * Splits a physical range of a container (`{database, container}`) in the middle or, given a prefix of a
   * hierarchical key, in the middle of that prefix. Who still names the old range gets 410/1002.
   */
  split(container: { database: string; container: string }, rangeIndex: number, prefix?: readonly KeyLevel[]): void;
  /** How many physical ranges a container has. */
  rangeCount(container: { database: string; container: string }): number;
  /** How many bytes the items of a container come to, as JSON. */
  storedBytes(container: { database: string; container: string }): number;
  close(): Promise<void>;
};

const DEFAULT_GATEWAY: GatewayBehaviour = {
  partitionKeyWithRank: 'ignored',
  prefixKeyHeader: 'ignored',
  itemsWithoutVector: 'omitted',
  shortPages: false,
  batchEtags: 'checked',
};

/** Starts an emulator of Cosmos DB for NoSQL in this process. */
export async function startCosmosEmulator(options: EmulatorOptions = {}): Promise<CosmosEmulator> {
  const { ranges = 2, regions: names = ['East US'], multipleWriteLocations = false, key = EMULATOR_KEY } = options;
  const clock = movableClock(options.clock ?? systemClock);
  const gateway = { ...DEFAULT_GATEWAY, ...options.gateway };
  const store = databases({ ranges, clock });
  const log = requestLog();
  const asked = faults();
  let writeRegion = names[0] ?? '';
  if (writeRegion === '' || new Set(names).size !== names.length)
    throw new Error(`Regions need names: ${names.join()}`);

  const perform = (operation: OperationName, call: Call): Reply => {
    if (operation === 'account') {
      return { status: 200, body: accountDocument(regions, writeRegion, multipleWriteLocations) };
    }
    if (isWrite(operation, call.method) && !multipleWriteLocations && call.region !== writeRegion) {
      throw new CosmosFailure(403, 'The requested operation cannot be performed at this region', { substatus: 3 });
    }
    if (operation === 'databases' || operation === 'containers') return store.answer(call);
    const [, database = '', , container = ''] = call.segments;
    return answerDocuments(operation, call, store.container(database, container), { clock, gateway });
  };
  const ownerHeaders = (call: Call): Record<string, string> => {
    const [, database, , container, kind] = call.segments;
    if (database === undefined || container === undefined || kind !== 'docs') return {};
    try {
      const owner = store.container(database, container);
      return {
        'x-ms-alt-content-path': owner.link,
        'x-ms-content-path': owner.rid,
        'x-ms-session-token': sessionToken(call, owner),
        lsn: String(owner.items.lastLsn()),
      };
    } catch (failure) {
      if (failure instanceof CosmosFailure) return {};
      throw failure;
    }
  };
  const server: ServerOptions = {
    key,
    entraTokens: options.entraTokens ?? [],
    faults: asked,
    log,
    perform,
    ownerHeaders,
  };

  const certified = options.tls === true ? certify() : null;
  // One region needs one listener. With several, the account's own endpoint follows the write region, as DNS does.
  const account = await listen(
    options.port ?? 0,
    certified,
    requestHandler(server, () => writeRegion),
  );
  const listeners = new Map<string, Listener>();
  for (const name of names) {
    listeners.set(
      name,
      names.length === 1
        ? account
        : await listen(
            0,
            certified,
            requestHandler(server, () => name),
          ),
    );
  }
  const regions = Array.from(listeners, ([name, { endpoint }]) => ({ name, endpoint }));
  const region = (name: string): Listener => {
    const found = listeners.get(name);
    if (!found) throw new Error(`There is no region '${name}': ${names.join(', ')}`);
    return found;
  };
  const followWriteRegion = async (): Promise<void> => {
    if (region(writeRegion).isOpen()) await account.open();
    else await account.close();
  };
  const close = async (): Promise<void> => {
    await Promise.all([account, ...listeners.values()].map((listener) => listener.close()));
  };

  return {
    endpoint: account.endpoint,
    key,
    certificate: certified?.certificate ?? null,
    regions,
    requests: log.data,
    traffic: log.all,
    forgetRequests: log.clear,
    faults: asked,
    clock,
    killRegion: async (name) => {
      await region(name).close();
      await followWriteRegion();
    },
    startRegion: async (name) => {
      await region(name).open();
      await followWriteRegion();
    },
    failOver: async (name) => {
      region(name);
      writeRegion = name;
      await followWriteRegion();
    },
    split: ({ database, container }, rangeIndex, prefix) => {
      const target = store.container(database, container);
      target.ranges = splitRange(target.ranges, rangeIndex, prefix);
    },
    rangeCount: ({ database, container }) => store.container(database, container).ranges.length,
    storedBytes: ({ database, container }) => {
      const { ranges, items } = store.container(database, container);
      return ranges.flatMap((range) => items.scan(range)).reduce((total, { bytes }) => total + bytes, 0);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
