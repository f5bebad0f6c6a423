import { setTimeout as wait } from 'node:timers/promises';
import { SkeinError } from '../core/errors.ts';
import { messageKeyText } from '../core/ids.ts';
import type { Log } from '../core/log.ts';
import { startMeter } from '../core/meter.ts';
import type { Embedder } from '../models/embedder.ts';
import type { IndexResult, IndexStore, IndexTask } from '../storage/store.ts';
import { createMessageEmbedder } from './embed-messages.ts';

/** Embeds in the background what was written. What waits is kept by the store: a stop, of whatever kind, loses nothing. */
export type Indexer = {
  /** Says that something was stored. Returns at once; calls while it works cost nothing. */
  wake(): void;
  /** Resolves when nothing waits any more. */
  idle(): Promise<void>;
  /** Stops; what is being stored is stored first. */
  close(): Promise<void>;
};

type IndexerParts = {
  readonly index: IndexStore;
  readonly embedder: Embedder;
  readonly log: Log;
  /** Milliseconds before the nth attempt after a failure. */
  readonly backoff?: (failures: number) => number;
};

const MESSAGES_A_BATCH = 32;

/** Starts with what an earlier run has left. */
export function startIndexer({ index, embedder, log, backoff = growing }: IndexerParts): Indexer {
  const messages = createMessageEmbedder(embedder);
  const closing = new AbortController();
  const { signal } = closing;
  const idlers = new Set<() => void>();
  let awake = Promise.withResolvers<unknown>();
  let woken = true;
  awake.resolve(null);

  /** Nothing is asked of the store until someone calls `wake`. */
  async function sleep(): Promise<void> {
    if (!woken) {
      for (const resolve of idlers) resolve();
      idlers.clear();
    }
    await awake.promise;
    awake = Promise.withResolvers();
    woken = false;
  }

  async function retried<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
    for (let failures = 0; ; failures += 1) {
      try {
        signal.throwIfAborted();
        return await work();
      } catch (error) {
        if (signal.aborted) throw error;
        const retryAfterMs = error instanceof SkeinError ? error.retryAfterMs : undefined;
        const delay = Math.max(retryAfterMs ?? 0, backoff(failures));
        log.warn({ err: error, failures: failures + 1, delayMs: Math.round(delay) }, `${what} failed; trying again`);
        await wait(delay, undefined, { signal, ref: false });
      }
    }
  }

  /** While the results of one batch are stored, the next is embedded. */
  async function work(): Promise<void> {
    const call = { meter: startMeter() };
    await retried('naming the embedding model', () => index.adopt(embedder.model, embedder.dimensions, call));
    let storing: Promise<void> = Promise.resolve();
    let underWay = new Set<string>();
    try {
      for (;;) {
        await sleep();
        for (;;) {
          const waiting = await retried('reading what is to be indexed', () =>
            index.waiting(MESSAGES_A_BATCH + underWay.size, call),
          );
          const tasks = waiting.filter((task) => !underWay.has(nameOf(task))).slice(0, MESSAGES_A_BATCH);
          if (tasks.length === 0) {
            await storing;
            if (underWay.size === 0) break;
            underWay = new Set();
            continue;
          }
          const results = await retried('embedding', () => messages.embed(tasks, signal));
          await storing;
          underWay = new Set(tasks.map(nameOf));
          storing = retried('storing vectors', () => store(results));
          // Awaited before the next batch is stored; until then its failure is nobody's.
          storing.catch(() => undefined);
        }
      }
    } finally {
      await storing.catch(() => undefined);
    }
  }

  async function store(results: readonly IndexResult[]): Promise<void> {
    await index.store(results, { meter: startMeter() });
    const failed = results.filter(({ outcome }) => outcome.kind === 'failed').length;
    if (failed > 0) log.warn({ messages: failed }, 'the embedder refused messages: they are found by words only');
  }

  const ended = work().catch((error: unknown) => {
    if (!signal.aborted) log.error({ err: error }, 'indexing has stopped');
  });

  function wake(): void {
    woken = true;
    awake.resolve(null);
  }

  return {
    wake,
    async idle() {
      if (signal.aborted) return;
      await new Promise<void>((resolve) => {
        idlers.add(resolve);
        wake();
      });
    },
    async close() {
      closing.abort();
      wake();
      await ended;
      for (const resolve of idlers) resolve();
    },
  };
}

function nameOf({ tenant, key }: IndexTask): string {
  return `${tenant}\n${messageKeyText(key)}`;
}

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 60_000;

/** Twice as long each time, with jitter, so that several processes do not come back at once. */
function growing(failures: number): number {
  return Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** failures) * (0.5 + Math.random() / 2);
}
