import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

const HOLDER = new URL('./holder.ts', import.meta.url).pathname;

/** Another process that has the data file open and appends to a thread of it without end. */
export type Holder = {
  readonly pid: number;
  /** The contents that it has been told are stored, so far. */
  readonly acknowledged: readonly string[];
  /** Resolves once so many appends have been acknowledged. */
  until(appends: number): Promise<void>;
  /** SIGKILL: no handler runs. */
  kill(): Promise<void>;
};

/** Starts it and waits until the file is open. @throws Error with what it was refused with. @param appending whether it appends, or only holds the file */
export async function startHolder(path: string, appending = false): Promise<Holder> {
  const child = spawn(process.execPath, [HOLDER, path, appending ? 'append' : 'hold'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const acknowledged: string[] = [];
  const waiting = new Set<() => void>();
  const opened = Promise.withResolvers<undefined>();
  const exited = once(child, 'exit');
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line === 'open') opened.resolve(undefined);
    else if (line.startsWith('refused: ')) opened.reject(new Error(line));
    else acknowledged.push(line);
    for (const look of waiting) look();
  });
  child.once('exit', () => {
    opened.reject(new Error('The other server could not open the file.'));
  });
  await opened.promise;
  assert(child.pid !== undefined);
  return {
    pid: child.pid,
    acknowledged,
    until(appends) {
      return new Promise((resolve) => {
        const look = (): void => {
          if (acknowledged.length < appends) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      });
    },
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
