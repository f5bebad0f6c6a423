import { setTimeout as wait } from 'node:timers/promises';
import { withLoggedCost } from '../core/background-cost.ts';
import { isSameModel } from '../core/embedding-model.ts';
import type { Log } from '../core/log.ts';
import type { Embedder } from '../models/embedder.ts';
import type { Call, IndexStore } from '../storage/store.ts';
import { startLane, type Lane } from './lane.ts';
import { retrying } from './retried.ts';

/**
 * Embeds in the background what was written. What waits is kept by the store: a stop, of whatever kind, loses nothing.
 *
 * When the store has vectors of another model than the embedder's, the embedder's are built beside them and serve once
 * they are complete. What is written meanwhile is embedded by both models, each at its own pace; when the former one
 * cannot be asked any more, it is found by its words until then.
 */
export type Indexer = {
  /** Says that something was stored. Returns at once; calls while it works cost nothing. */
  wake(): void;
  /** Resolves when nothing waits any more, and the embedder's vectors serve. */
  idle(): Promise<void>;
  /** Stops; what is being stored is stored first. */
  close(): Promise<void>;
};

type IndexerParts = {
  readonly index: IndexStore;
  readonly embedder: Embedder;
  /** The model that serves while the embedder's vectors are built; null: it cannot be asked. Not closed here. */
  readonly former?: Embedder | null;
  /** Called once the embedder's vectors serve, before the former ones are removed. */
  readonly onPromoted?: () => Promise<void>;
  /** For how long after that the former ones are kept, for other servers to hear of it. Milliseconds. */
  readonly keepMs?: number;
  readonly log: Log;
  /** Milliseconds before the nth attempt after a failure. */
  readonly backoff?: (failures: number) => number;
};

/** Between looks at what others are doing that must end before the embedder's vectors can serve. */
const LOOK_AGAIN_MS = 1_000;

/** Starts with what an earlier run has left. */
export function startIndexer(parts: IndexerParts): Indexer {
  const { index, embedder, former = null, log } = parts;
  const closing = new AbortController();
  const switched = new AbortController();
  const { signal } = closing;
  const retried = retrying({ ...parts, signal });
  const lanes = start();
  lanes.catch((error: unknown) => {
    if (!signal.aborted) log.error({ err: error }, 'indexing has stopped');
  });

  async function start(): Promise<Lane[]> {
    const { building } = await retried('naming the embedding model', () =>
      withLoggedCost(log, 'naming the embedding model', (call) => index.adopt(embedder, call)),
    );
    discardLater(0);
    let isBuilding = building !== null;
    const drained = async (): Promise<boolean> => {
      if (!isBuilding) return false;
      const end = await retried('switching models', () => withLoggedCost(log, 'switching models', promote));
      isBuilding = end === 'waiting';
      if (!isBuilding) switched.abort();
      return end !== 'overtaken';
    };
    const lane = startLane({ index, embedder, log, signal, retried, drained });
    if (!isBuilding || former === null) return [lane];
    const until = AbortSignal.any([signal, switched.signal]);
    const formerRetried = retrying({ ...parts, signal: until });
    return [lane, startLane({ index, embedder: former, log, signal: until, retried: formerRetried })];
  }

  /** Has the embedder's vectors serve, unless something still waits; or another server had, or began with another model. */
  async function promote(call: Call): Promise<'serving' | 'waiting' | 'overtaken'> {
    if (!(await index.promote(embedder.model, call))) {
      const { serving, building } = await index.models(call);
      if (building !== null && isSameModel(building, embedder)) {
        if ((await index.waiting(embedder.model, { from: 'oldest', limit: 1 }, call)).length === 0)
          await pause(LOOK_AGAIN_MS);
        return 'waiting';
      }
      if (serving === null || !isSameModel(serving, embedder)) return 'overtaken';
    }
    log.info({ model: embedder.model }, 'search by meaning is served from the vectors of this model from now on');
    await parts.onPromoted?.();
    discardLater(parts.keepMs ?? 0);
    return 'serving';
  }

  /** Has vectors removed that no search asks for any more. Not waited for: what is not done is done after a start. */
  function discardLater(afterMs: number): void {
    const discard = async () => {
      if (afterMs > 0) await pause(afterMs);
      await retried('removing the vectors of former models', () =>
        withLoggedCost(log, 'removing the vectors of former models', (call) => index.discard({ ...call, signal })),
      );
    };
    discard().catch((error: unknown) => {
      if (!signal.aborted) log.error({ err: error }, 'the vectors of former models are not removed yet');
    });
  }

  function pause(milliseconds: number): Promise<void> {
    return wait(milliseconds, undefined, { signal, ref: false });
  }

  const each = async (act: (lane: Lane) => Promise<void>): Promise<void> => {
    const started = await lanes.catch((): Lane[] => []);
    await Promise.all(started.map(act));
  };

  return {
    wake() {
      void each((lane) => {
        lane.wake();
        return Promise.resolve();
      });
    },
    idle: () => each((lane) => lane.idle()),
    async close() {
      closing.abort();
      await each((lane) => lane.ended);
    },
  };
}
