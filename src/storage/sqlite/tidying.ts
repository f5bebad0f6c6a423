import { setTimeout as rest } from 'node:timers/promises';
import type { WorkerClient } from './worker-client.ts';
import type { WriteOperations } from './write-operations.ts';

/** Merges what the text index has in pieces, in small writes, while nobody else writes. */
export type Tidying = {
  /** Told of a write: it goes on once nobody has written for a while. */
  defer(): void;
  /** Stops after the write under way. */
  stop(): Promise<void>;
};

type TidyingOptions = {
  readonly writer: WorkerClient<WriteOperations>;
  /** Told when it had to give up; it goes on after the next write. */
  readonly onFault: (error: unknown) => void;
};

/** For so long nobody must have written. */
const IDLE_MS = 1_000;

/** Begins once nobody has written for a while. After each step it rests for as long as that took. */
export function backgroundTidying({ writer, onFault }: TidyingOptions): Tidying {
  let stopped = false;
  let writes = 0;
  let run: Promise<void> | null = null;

  async function tidy(): Promise<void> {
    const seen = writes;
    const isIdle = (): boolean => !stopped && seen === writes;
    try {
      for (let begun = false; isIdle();) {
        const started = performance.now();
        begun = await writer.run('mergeSegments', { begun });
        if (!begun) return;
        await rest(performance.now() - started);
      }
    } catch (error) {
      onFault(error);
    } finally {
      run = null;
      // A write that came during a long step may have set a timer that was over before the step was.
      if (seen !== writes) timer.refresh();
    }
  }

  const timer = setTimeout(() => {
    run ??= tidy();
  }, IDLE_MS);
  return {
    defer() {
      writes += 1;
      timer.refresh();
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await run;
    },
  };
}
