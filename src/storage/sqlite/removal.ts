import type { WorkerClient } from './worker-client.ts';
import type { WriteOperations } from './write-operations.ts';

/** Removes, in the background and in small writes, what is marked for removal. */
export type Removal = {
  /** Starts it, unless it runs. The promise resolves when nothing is left to remove, or it has been stopped. */
  start(): Promise<void>;
  /** Stops after the write under way; the rest is removed after the next start. */
  stop(): Promise<void>;
};

type RemovalOptions = {
  readonly writer: WorkerClient<WriteOperations>;
  /** Told when it had to give up; it goes on at the next start. */
  readonly onFault: (error: unknown) => void;
};

export function backgroundRemoval({ writer, onFault }: RemovalOptions): Removal {
  let stopped = false;
  let run: Promise<void> | null = null;
  /** How often it was started: what is marked while it runs is removed, too. */
  let starts = 0;

  const isOver = (seen: number): boolean => stopped || seen === starts;

  async function remove(): Promise<void> {
    try {
      for (let seen = 0; !isOver(seen);) {
        seen = starts;
        let more = true;
        while (more && !isOver(0)) more = await writer.run('removeDeleted', null);
      }
    } catch (error) {
      onFault(error);
    } finally {
      run = null;
    }
  }

  return {
    start() {
      starts += 1;
      run ??= stopped ? Promise.resolve() : remove();
      return run;
    },
    async stop() {
      stopped = true;
      await run;
    },
  };
}
