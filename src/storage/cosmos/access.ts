import { setTimeout as delay } from 'node:timers/promises';
import type { Container, FeedOptions, OperationInput, RequestOptions } from '@azure/cosmos';
import { SkeinError } from '../../core/errors.ts';
import type { Call } from '../store.ts';
import type { ContainerName, PartitionKey } from './containers.ts';
import { faultOf, TOKENLESS, unavailable, type Fault, type RefusedStatus } from './faults.ts';
import type { Query } from './query.ts';
import { idOf, itemOf, itemsOf, type Item, type Json } from './rows.ts';
import type { Transport } from './transport.ts';

/** One operation of a batch; `condition` is what must be true of the item, as `from c where …`. */
export type Operation =
  | { readonly kind: 'create'; readonly item: Item }
  | { readonly kind: 'upsert'; readonly item: Item; readonly etag?: string }
  | { readonly kind: 'replace'; readonly item: Item; readonly etag: string }
  | { readonly kind: 'delete'; readonly id: string; readonly etag?: string }
  | {
      readonly kind: 'patch';
      readonly id: string;
      readonly changes: readonly Change[];
      readonly condition?: string;
      readonly etag?: string;
    };

export type Change =
  | { readonly op: 'set' | 'add' | 'incr'; readonly path: string; readonly value: Json }
  | { readonly op: 'remove'; readonly path: string };

/** How a batch ended: all of it done, with the items as they are now, or none of it, and which operation was refused. */
export type BatchEnd =
  | { readonly kind: 'done'; readonly items: readonly (Item | null)[] }
  | { readonly kind: 'refused'; readonly at: number; readonly status: RefusedStatus };

/**
 * The ways to the containers. Each request counts with its charge for the call, and its time as `storage`. What passes
 * is tried again, with growing, jittered pauses or those that Cosmos DB asks for: a caller sees success, or UNAVAILABLE
 * once the budget is spent. So that a batch can be sent twice, each is made such that its second coming is refused.
 */
export type Access = {
  readonly patience: Patience;
  /** The time by which expiry is judged, epoch milliseconds. */
  now(): number;
  /** A point read. */
  read(container: ContainerName, key: PartitionKey, id: string, call: Call): Promise<Item | null>;
  /** All rows of a query. */
  query(container: ContainerName, query: Query, call: Call): Promise<Item[]>;
  /** Up to 100 operations in one logical partition, all or nothing. */
  batch(container: ContainerName, key: PartitionKey, operations: readonly Operation[], call: Call): Promise<BatchEnd>;
};

/** How long requests may take, milliseconds. */
export type Patience = {
  /** What a request is given at first; each attempt is given twice as long, a write's as long as the budget lasts. */
  readonly requestMs: number;
  /** For how long it is tried. */
  readonly budgetMs: number;
  /**
   * For how long a write is tried while nothing takes its connection. Another region may take the writes in a minute or
   * more: to wait for that is the caller's decision.
   */
  readonly lostMs: number;
  readonly firstPauseMs: number;
};

type AccessOptions = {
  readonly containers: () => Readonly<Record<ContainerName, Container>>;
  readonly transport: Transport;
  readonly now: () => number;
  readonly patience: Patience;
  /** Told when the account may have moved its writes, or its physical partitions. */
  readonly learn: (what: 'regions' | 'ranges') => Promise<void>;
};

const MOST_PAUSE_MS = 1_000;
const FULL = 'This thread has the 20 GB that Cosmos DB keeps under one key. Begin another thread.';

export function accessTo(options: AccessOptions): Access {
  const { containers, transport, now, patience, learn } = options;

  /** Runs work of the SDK until it ends well, is refused, or the budget is spent. */
  async function attempt<Result>(call: Call, isWrite: boolean, work: () => Promise<Result>): Promise<Result> {
    call.signal?.throwIfAborted();
    const started = performance.now();
    for (let tried = 0; ; tried += 1) {
      const pause = Math.min(MOST_PAUSE_MS, patience.firstPauseMs * 2 ** tried);
      try {
        return await transport.run({ meter: call.meter, timeoutMs: timeoutOf(tried, isWrite, started) }, work);
      } catch (error) {
        if (!isWrite) call.signal?.throwIfAborted();
        const fault = passing(faultOf(error), isWrite);
        if (fault.kind === 'denied') throw new SkeinError('UNAVAILABLE', fault.reason, { cause: error });
        if (fault.kind === 'tokenless') throw new SkeinError('UNAVAILABLE', TOKENLESS, { cause: error });
        if (fault.kind === 'full') throw new SkeinError('LIMIT_EXCEEDED', FULL, { cause: error });
        if (fault.kind !== 'passing') throw error;
        const wait = fault.retryAfterMs ?? jittered(pause);
        const deadline = started + (isWrite && fault.isLost ? patience.lostMs : patience.budgetMs);
        if (performance.now() + wait > deadline) throw unavailable(fault.reason, Math.max(wait, MOST_PAUSE_MS), error);
        if (fault.learn !== null) await learn(fault.learn);
        await delay(wait, undefined, isWrite || call.signal === undefined ? {} : { signal: call.signal }).catch(() => {
          call.signal?.throwIfAborted();
        });
      }
    }
  }

  /** The last attempt of a write does not go on long after the budget is spent: no other region would take it. */
  function timeoutOf(tried: number, isWrite: boolean, started: number): number {
    const patient = patience.requestMs * 2 ** tried;
    if (!isWrite) return patient;
    const left = Math.ceil(started + patience.budgetMs - performance.now());
    return Math.min(patient, Math.max(patience.requestMs, left));
  }

  const timed = <Result>(call: Call, isWrite: boolean, work: () => Promise<Result>): Promise<Result> =>
    call.meter.time('storage', () => attempt(call, isWrite, work));

  return {
    patience,
    now,

    read(container, key, id, call) {
      return timed(call, false, async () => {
        const item = containers()[container].item(id, [...key]);
        const { statusCode, substatus, resource } = await item.read<Item>(stoppedBy(call));
        // The SDK gives back a 404 as an answer, whatever it means.
        if (statusCode === 404) {
          if (substatus) throw Object.assign(new Error('Not found in this session.'), { code: 404, substatus });
          return null;
        }
        return itemOf(resource);
      });
    },

    query(container, { text, parameters, within, pipeline, rows }, call) {
      return timed(call, false, async () => {
        const feed: FeedOptions = {
          ...stoppedBy(call),
          maxItemCount: rows,
          maxDegreeOfParallelism: -1,
          ...(within === null ? { forceQueryPlan: pipeline } : { partitionKey: [...within] }),
        };
        const spec = { query: text, parameters: [...parameters] };
        const { resources } = await containers()[container].items.query<unknown>(spec, feed).fetchAll();
        return itemsOf(resources);
      });
    },

    batch(container, key, operations, call) {
      return timed(call, true, async (): Promise<BatchEnd> => {
        try {
          const { result = [], code } = await containers()[container].items.batch(operations.map(inputOf), [...key]);
          return endOf(result, code);
        } catch (error) {
          const fault: Fault = faultOf(error);
          if (fault.kind !== 'refused') throw error;
          return { kind: 'refused', at: 0, status: fault.status };
        }
      });
    },
  };
}

/** A read has nothing that could be refused: whatever says so is not to be believed at once. */
function passing(fault: Fault, isWrite: boolean): Fault {
  if (isWrite || fault.kind !== 'refused') return fault;
  const reason = `Cosmos DB refuses to read (${String(fault.status)}).`;
  return { kind: 'passing', reason, retryAfterMs: null, isLost: false, learn: null };
}

type Result = { readonly statusCode: number; readonly subStatusCode?: unknown; readonly resourceBody?: unknown };

function endOf(results: readonly Result[], code: number | undefined): BatchEnd {
  const at = results.findIndex(({ statusCode }) => statusCode >= 400 && statusCode !== 424);
  const failed = results[at];
  if (failed === undefined) {
    if (code !== 200) throw new Error(`A batch was answered with ${String(code)}, and no operation says why.`);
    return { kind: 'done', items: results.map(({ resourceBody }) => (resourceBody ? itemOf(resourceBody) : null)) };
  }
  const error = Object.assign(new Error(`An operation of a batch failed: ${String(failed.statusCode)}.`), {
    code: failed.statusCode,
    substatus: failed.subStatusCode,
  });
  const fault = faultOf(error);
  if (fault.kind !== 'refused') throw error;
  return { kind: 'refused', at, status: fault.status };
}

function stoppedBy({ signal }: Call): Pick<RequestOptions, 'abortSignal'> {
  return signal === undefined ? {} : { abortSignal: signal };
}

function jittered(pauseMs: number): number {
  return pauseMs * (0.5 + Math.random());
}

function inputOf(operation: Operation): OperationInput {
  switch (operation.kind) {
    case 'create':
      return { operationType: 'Create', resourceBody: operation.item };
    case 'upsert':
      return { operationType: 'Upsert', resourceBody: operation.item, ...matching(operation.etag) };
    case 'replace':
      return {
        operationType: 'Replace',
        id: idOf(operation.item),
        resourceBody: operation.item,
        ...matching(operation.etag),
      };
    case 'delete':
      return { operationType: 'Delete', id: operation.id, ...matching(operation.etag) };
    case 'patch': {
      const { id, changes, condition } = operation;
      const resourceBody = { operations: [...changes], ...(condition === undefined ? {} : { condition }) };
      return { operationType: 'Patch', id, resourceBody, ...matching(operation.etag) };
    }
  }
}

function matching(etag: string | undefined): { ifMatch?: string } {
  return etag === undefined ? {} : { ifMatch: etag };
}
