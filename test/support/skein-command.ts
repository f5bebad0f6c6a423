import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** How a process ended: one of the two is null. */
export type Ending = { readonly status: number | null; readonly signal: NodeJS.Signals | null };

/** The `skein` command, running as people run it: a process of its own. */
export type SkeinCommand = {
  readonly pid: number;
  /** What it has printed until now. */
  stdout(): string;
  stderr(): string;
  kill(signal: NodeJS.Signals): void;
  /** Resolves with the first match of its standard output. @throws Error when the process ends before it has printed one */
  printed(pattern: RegExp): Promise<RegExpExecArray>;
  readonly ended: Promise<Ending>;
};

/**
 * Starts `skein`.
 * @param folder its working directory, so that it finds no `.env` and makes no `data` but its own
 * @param env its `SKEIN_` variables; it gets no others than these
 */
export function startCommand(
  args: readonly string[],
  { folder, env = {} }: { folder: string; env?: Readonly<Record<string, string>> },
): SkeinCommand {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd: folder,
    env: { ...withoutSkein(process.env), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  // `close` comes when the output has been read to its end, `exit` may come before.
  const ended = new Promise<Ending>((resolve, reject) => {
    child.once('close', (status, signal) => resolve({ status, signal }));
    child.once('error', reject);
  });

  return {
    pid: child.pid ?? NaN,
    stdout: () => stdout,
    stderr: () => stderr,
    kill: (signal) => void child.kill(signal),
    printed(pattern) {
      return new Promise((resolve, reject) => {
        const look = () => {
          const found = pattern.exec(stdout);
          if (found === null) return;
          child.stdout.off('data', look);
          resolve(found);
        };
        child.stdout.on('data', look);
        look();
        ended.then(
          (ending) => reject(new Error(`skein ended first (${JSON.stringify(ending)}):\n${stdout}${stderr}`)),
          reject,
        );
      });
    },
    ended,
  };
}

/** Runs `skein` to its end. */
export async function runCommand(
  ...command: Parameters<typeof startCommand>
): Promise<Ending & { stdout: string; stderr: string }> {
  const running = startCommand(...command);
  const ending = await running.ended;
  return { ...ending, stdout: running.stdout(), stderr: running.stderr() };
}

function withoutSkein(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('SKEIN_') && name !== 'LOG_LEVEL'));
}
