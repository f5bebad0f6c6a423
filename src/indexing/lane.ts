import { setTimeout as wait } from 'node:timers/promises';
import { withLoggedCost } from '../core/background-cost.ts';
import { messageKeyText } from '../core/ids.ts';
import type { Log } from '../core/log.ts';
import type { Embedder } from '../models/embedder.ts';
import { WAITING_CHARACTERS, type IndexResult, type IndexTask, type IndexWindow } from '../storage/indexed.ts';
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

/** Some 250 passages. A longer message is a batch of its own. */
const CHARACTERS_A_BATCH = 100_000;

/** How many are read at once, for some batches. */
const READ_AHEAD = 96;

/** Of a batch so many are the newest, while more waits than was read: what is said now does not wait behind a backlog. */
const NEWEST_A_BATCH = 8;

/**
 * Between two looks at what waits, unless more waits than a batch holds. Under steady writing one look for five messages
 * costs a fifth of five; whoever writes now and then does not notice. Milliseconds.
 */
const PACE_MS = 50;

/** Starts with what an earlier run has left. What is being stored when the signal comes is stored first. */
export function startLane({ index, embedder, log, signal, retried, drained }: LaneParts): Lane {
  const messages = createMessageEmbedder(embedder, index);
  const idlers = new Set<() => void>();
  let awake = Promise.withResolvers<unknown>();
  let woken = true;
  /** Of what waits, what has been read and not begun, the oldest first. */
  let ahead: IndexTask[] = [];
  /** Whether more may wait than was read. */
  let unread = true;
  /** When what waits was last read as a whole. */
  let caughtUpAt = -PACE_MS;
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

  /**
   * While a batch is embedded the next is read, and the results of the one before are stored, so that the embedder never
   * waits for the store. Ends when nothing waits any more.
   */
  async function workOff(): Promise<void> {
    const underWay = new Set<string>();
    let embedding = Promise.resolve<readonly IndexResult[]>([]);
    let storing = Promise.resolve();
    ahead = [];
    try {
      for (;;) {
        const mayHaveMore = unread || ahead.length > 0 || underWay.size === 0;
        const tasks = mayHaveMore ? await take(underWay) : [];
        if (tasks.length === 0 && underWay.size === 0) return;
        for (const task of tasks) underWay.add(nameOf(task));
        const next = retried('embedding', () => messages.embed(tasks, signal));
        // Awaited in the next round; until then its failure is nobody's. Below, too.
        next.catch(() => undefined);
        const results = await embedding;
        await storing;
        storing = retried('storing vectors', () => store(results)).then(() => {
          for (const result of results) underWay.delete(nameOf(result));
        });
        storing.catch(() => undefined);
        embedding = next;
        if (tasks.length === 0) await storing;
      }
    } finally {
      await storing.catch(() => undefined);
    }
  }

  /** The next batch of what waits and is not under way. */
  async function take(underWay: ReadonlySet<string>): Promise<IndexTask[]> {
    const early = caughtUpAt + PACE_MS - performance.now();
    if (ahead.length === 0 && early > 0 && idlers.size === 0) await wait(early, undefined, { signal, ref: false });
    // As it is now: what is stored during a read may still be in its answer.
    const others = new Set(underWay);
    const isFree = (task: IndexTask) => !others.has(nameOf(task));
    let isAll = !unread;
    if (ahead.length === 0) {
      unread = false;
      const limit = READ_AHEAD + others.size;
      ahead = await read({ from: 'oldest', limit });
      isAll = ahead.length < limit && charactersIn(ahead) < WAITING_CHARACTERS;
      if (isAll) caughtUpAt = performance.now();
      else unread = true;
    }
    ahead = ahead.filter(isFree);
    const oldest = ahead.splice(0, fitting(ahead, isAll ? MESSAGES_A_BATCH : MESSAGES_A_BATCH - NEWEST_A_BATCH));
    if (isAll) return oldest;
    for (const task of oldest) others.add(nameOf(task));
    // Of the newest, those of three batches may be under way.
    const newest = (await read({ from: 'newest', limit: 4 * NEWEST_A_BATCH })).filter(isFree);
    return [...oldest, ...newest.slice(0, fitting(newest, NEWEST_A_BATCH))];
  }

  function read(window: IndexWindow): Promise<IndexTask[]> {
    return retried('reading what is to be indexed', () =>
      withLoggedCost(log, 'reading what is to be indexed', (call) => index.waiting(embedder.model, window, call)),
    );
  }

  async function store(results: readonly IndexResult[]): Promise<void> {
    if (results.length === 0) return;
    await withLoggedCost(log, 'storing vectors', (call) => index.store(results, call));
    const failed = results.filter(({ outcome }) => outcome.kind === 'failed').length;
    if (failed > 0) log.warn({ messages: failed }, 'the embedder refused messages: they are found by words only');
  }

  function wake(): void {
    woken = true;
    unread = true;
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

/** How many of the first tasks make a batch: so many at most, and as long as a batch may be; but one at least. */
function fitting(tasks: readonly IndexTask[], most: number): number {
  let characters = 0;
  const over = tasks.findIndex(({ message }) => (characters += message.content.length) > CHARACTERS_A_BATCH);
  return Math.min(most, over < 0 ? tasks.length : Math.max(1, over));
}

function charactersIn(tasks: readonly IndexTask[]): number {
  return tasks.reduce((sum, { message }) => sum + message.content.length, 0);
}

function nameOf({ tenant, key }: Pick<IndexTask, 'tenant' | 'key'>): string {
  return `${tenant}\n${messageKeyText(key)}`;
}
