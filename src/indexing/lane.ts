import { messageKeyText } from '../core/ids.ts';
import type { Log } from '../core/log.ts';
import { startMeter } from '../core/meter.ts';
import type { Embedder } from '../models/embedder.ts';
import type { IndexResult, IndexTask } from '../storage/indexed.ts';
import type { IndexStore } from '../storage/store.ts';
import { createMessageEmbedder } from './embed-messages.ts';
import type { Retried } from './retried.ts';

/** One model's work: it embeds what waits for that model, and sleeps when nothing does. */
export type Lane = {
  /** Says that something was stored. Returns at once; calls while it works cost nothing. */
  wake(): void;
  /** Resolves when nothing waits any more, or the lane has ended. */
  idle(): Promise<void>;
  /** Resolves when it has stopped, which its signal tells it to. */
  readonly ended: Promise<void>;
};

type LaneParts = {
  readonly index: IndexStore;
  readonly embedder: Embedder;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly retried: Retried;
  /** Called when nothing waits, before it sleeps. Gives whether there may be more after all. */
  readonly drained?: () => Promise<boolean>;
};

const MESSAGES_A_BATCH = 32;

/** Starts with what an earlier run has left. What is being stored when the signal comes is stored first. */
export function startLane({ index, embedder, log, signal, retried, drained }: LaneParts): Lane {
  const messages = createMessageEmbedder(embedder, index);
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

  async function work(): Promise<void> {
    for (;;) {
      await sleep();
      do await workOff();
      while ((await drained?.()) === true);
    }
  }

  /** While the results of one batch are stored, the next is embedded. Ends when nothing waits any more. */
  async function workOff(): Promise<void> {
    const call = { meter: startMeter() };
    let storing: Promise<void> = Promise.resolve();
    let underWay = new Set<string>();
    try {
      for (;;) {
        const waiting = await retried('reading what is to be indexed', () =>
          index.waiting(embedder.model, MESSAGES_A_BATCH + underWay.size, call),
        );
        const tasks = waiting.filter((task) => !underWay.has(nameOf(task))).slice(0, MESSAGES_A_BATCH);
        if (tasks.length === 0) {
          await storing;
          if (underWay.size === 0) return;
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
    } finally {
      await storing.catch(() => undefined);
    }
  }

  async function store(results: readonly IndexResult[]): Promise<void> {
    await index.store(results, { meter: startMeter() });
    const failed = results.filter(({ outcome }) => outcome.kind === 'failed').length;
    if (failed > 0) log.warn({ messages: failed }, 'the embedder refused messages: they are found by words only');
  }

  function wake(): void {
    woken = true;
    awake.resolve(null);
  }

  signal.addEventListener('abort', wake, { once: true });
  let hasEnded = false;
  const ended = work()
    .catch((error: unknown) => {
      if (!signal.aborted) log.error({ err: error }, 'indexing has stopped');
    })
    .finally(() => {
      hasEnded = true;
      for (const resolve of idlers) resolve();
    });

  return {
    wake,
    async idle() {
      if (hasEnded) return;
      await new Promise<void>((resolve) => {
        idlers.add(resolve);
        wake();
      });
    },
    ended,
  };
}

function nameOf({ tenant, key }: IndexTask): string {
  return `${tenant}\n${messageKeyText(key)}`;
}
