import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env, execPath } from 'node:process';
import { createInterface } from 'node:readline';
import { setTimeout as rest } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { ASK_FOR_HOLDS, type Holds } from './loop-watch.ts';

/** A server in a process of its own. */
export type Running = {
  /** Where it takes requests. */
  readonly url: string;
  /** Its resident memory now, in megabytes. */
  memory(): number;
  /** The processor time that it has taken so far, in milliseconds. */
  processorTime(): number;
  /** Asks it to stop, and waits until it has. */
  stop(): Promise<void>;
};

/**
 * Starts Skein on a data file, as `npm start` would, on a free port.
 * @param variables that configure it besides
 * @throws Error when it ends before it listens
 */
export async function startSkein(data: string, variables: Readonly<Record<string, string>> = {}): Promise<Running> {
  const ours = { SKEIN_DATA: data, SKEIN_PORT: '0', LOG_LEVEL: 'warn' };
  return (await startProcess(SKEIN, ['serve'], { ...ours, ...variables }, { options: startOptions() })).running;
}

/** A server whose event loop is watched. */
export type Watched = Running & {
  /** How long it was held since this was last asked. */
  holds(): Promise<Holds>;
};

/** Starts Skein as `startSkein` does, and watches its event loop. @throws Error when it ends before it listens */
export async function startWatchedSkein(data: string): Promise<Watched> {
  const ours = { SKEIN_DATA: data, SKEIN_PORT: '0', LOG_LEVEL: 'warn' };
  const options = [...startOptions(), '--import', WATCH];
  const { child, running } = await startProcess(SKEIN, ['serve'], ours, { options, isAsked: true });
  return { ...running, holds: () => holdsOf(child) };
}

/** Starts a process that does nothing, whose event loop is watched: what the machine does to one meanwhile. */
export function startWatchedIdler(): Pick<Watched, 'holds' | 'stop'> {
  const child = spawn(execPath, ['--import', WATCH, '--eval', 'setInterval(() => {}, 3_600_000)'], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  return { holds: () => holdsOf(child), stop: () => stopped(child) };
}

async function holdsOf(child: ChildProcess): Promise<Holds> {
  child.send(ASK_FOR_HOLDS);
  const [answer] = z.tuple([longestHolds]).parse((await once(child, 'message')).slice(0, 1));
  return answer;
}

const WATCH = fileURLToPath(new URL('loop-watch.ts', import.meta.url));

const SKEIN = '../src/main.ts';

/** What `npm start` tells Node. */
function startOptions(): readonly string[] {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  const { scripts } = z.object({ scripts: z.object({ start: z.string() }) }).parse(JSON.parse(text));
  return scripts.start.split(' ').filter((word) => word.startsWith('--'));
}

const longestHolds = z.object({ elapsed: z.number(), computing: z.number() });

/** Starts the model server. @throws Error when it ends before it listens */
export function startModelServer(): Promise<Running> {
  return startServer('model-server.ts', [], {});
}

/** Starts one of the servers in `peers/`. @throws Error when it ends before it listens */
export function startPeer(name: string, ...args: readonly string[]): Promise<Running> {
  if (!existsSync(new URL('node_modules', import.meta.url))) {
    throw new Error('What Skein is compared with is not installed: npm install --prefix bench');
  }
  return startServer(`peers/${name}.js`, args, {});
}

async function startServer(
  file: string,
  args: readonly string[],
  variables: Readonly<Record<string, string>>,
): Promise<Running> {
  return (await startProcess(file, args, variables)).running;
}

/**
 * @param file a server that prints, once it listens, a line with its URL
 * @param options for Node
 * @param isAsked messages can be sent to the process
 */
async function startProcess(
  file: string,
  args: readonly string[],
  variables: Readonly<Record<string, string>>,
  { options = [], isAsked = false }: { options?: readonly string[]; isAsked?: boolean } = {},
): Promise<{ child: ChildProcess; running: Running }> {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const child = spawn(execPath, [...options, path, ...args], {
    // The measures run where no .env is.
    cwd: tmpdir(),
    env: { PATH: env['PATH'] ?? '', ...variables },
    stdio: ['ignore', 'pipe', 'inherit', ...(isAsked ? (['ipc'] as const) : [])],
  });
  const url = await firstUrl(child, file);
  const running: Running = {
    url,
    memory: () => residentMegabytes(child.pid ?? 0),
    processorTime: () => processorMilliseconds(child.pid ?? 0),
    stop: () => stopped(child),
  };
  return { child, running };
}

async function stopped(child: ChildProcess): Promise<void> {
  child.kill('SIGTERM');
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

async function firstUrl({ stdout }: ChildProcess, file: string): Promise<string> {
  if (stdout !== null) {
    for await (const line of createInterface({ input: stdout })) {
      const [url] = /http:\S+/.exec(line) ?? [];
      if (url === undefined) continue;
      stdout.resume();
      return url;
    }
  }
  throw new Error(`${file} ended before it listened.`);
}

function residentMegabytes(pid: number): number {
  const status = readFileSync(`/proc/${String(pid)}/status`, 'utf8');
  return Number(/VmRSS:\s*(\d+) kB/.exec(status)?.[1]) / 1024;
}

/** Of all threads of the process; Linux counts it in hundredths of a second. */
function processorMilliseconds(pid: number): number {
  const fields = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
  // The name of the process, in parentheses, may have spaces; after it come state, ten numbers, and the two wanted.
  const [user, system] = fields
    .slice(fields.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11);
  return (Number(user) + Number(system)) * 10;
}

/** Gives a folder to work in, and removes it afterwards. */
export async function inTemporaryFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'skein-bench-'));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const answer = z.object({ data: z.unknown().optional(), errors: z.array(z.unknown()).optional() });

/** One GraphQL request over HTTP. @throws Error when the answer has errors or is not of the shape */
export async function ask<Shape>(
  url: string,
  shape: z.ZodType<Shape>,
  query: string,
  variables: object = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<Shape> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = answer.parse(await response.json());
  if (errors !== undefined) throw new Error(`The server refused: ${JSON.stringify(errors)}`);
  return shape.parse(data);
}

const pending = z.object({ viewer: z.object({ pendingIndexing: z.number() }) });

/** Waits until everything stored of someone is found by meaning, too. */
export async function untilIndexed(url: string, headers: Readonly<Record<string, string>> = {}): Promise<void> {
  const left = async () =>
    (await ask(url, pending, '{ viewer { pendingIndexing } }', {}, headers)).viewer.pendingIndexing;
  while ((await left()) > 0) await rest(100);
}
