/**
 * Peak memory and speed of an import, for each format: `node bench/import-memory.ts [MEGABYTES]`, 200 unless told.
 *
 * The file is generated; a process of its own imports it into a fresh SQLite file. Prints one line a format.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { runImport } from '../src/cli/import.ts';
import { openSqlite } from '../src/storage/sqlite/engine.ts';
import { beside, printLine } from './measure.ts';

const MEGABYTE = 1024 * 1024;
const WORDS =
  'the gateway timed out again because its retry budget was spent on café “orders” that nobody had cancelled';

/** A small generator with a seed: the same file every time. */
function random(): (below: number) => number {
  let state = 7;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return Math.floor((state / 0x80000000) * below);
  };
}

function sentence(pick: (below: number) => number): string {
  const words = WORDS.split(' ');
  return Array.from({ length: 20 + pick(300) }, () => words[pick(words.length)]).join(' ');
}

/** Messages of 500 threads at a time, interleaved at random, each thread's own line after them. */
function* skeinLines(pick: (below: number) => number): Generator<string> {
  for (let group = 0; ; group += 1) {
    const next = Array.from({ length: 500 }, () => 0);
    for (let left = 500 * 40; left > 0; left -= 1) {
      const thread = pick(500);
      const seq = (next[thread] = (next[thread] ?? 0) + 1);
      const role = seq % 2 === 1 ? 'USER' : 'ASSISTANT';
      const record = {
        type: 'message',
        thread: `t${group}-${thread}`,
        key: `m${seq}`,
        seq,
        role,
        content: sentence(pick),
      };
      yield `${JSON.stringify(record)}\n`;
    }
    for (let thread = 0; thread < 500; thread += 1) {
      yield `${JSON.stringify({ type: 'thread', key: `t${group}-${thread}`, title: `Thread ${thread}` })}\n`;
    }
  }
}

function* conversations(pick: (below: number) => number): Generator<string> {
  yield '[';
  for (let index = 0; ; index += 1) {
    const mapping: Record<string, unknown> = { n0: { id: 'n0', message: null, parent: null, children: ['n1'] } };
    const count = 10 + pick(60);
    for (let place = 1; place <= count; place += 1) {
      const message = {
        id: `m${index}-${place}`,
        author: { role: place % 2 === 1 ? 'user' : 'assistant', name: null, metadata: {} },
        create_time: 1_700_000_000.5 + place,
        content: { content_type: 'text', parts: [sentence(pick)] },
        weight: 1,
        metadata: { model_slug: 'gpt-4o' },
        recipient: 'all',
      };
      const children = place < count ? [`n${place + 1}`] : [];
      mapping[`n${place}`] = { id: `n${place}`, message, parent: `n${place - 1}`, children };
    }
    const conversation = { title: `Talk ${index}`, create_time: 1_700_000_000.5, mapping, current_node: `n${count}` };
    yield `${index === 0 ? '' : ', '}${JSON.stringify({ ...conversation, conversation_id: `c${index}` })}`;
  }
}

function write(path: string, pieces: Generator<string>, bytes: number, end: string): void {
  const file = openSync(path, 'w');
  let written = 0;
  for (const piece of pieces) {
    written += writeSync(file, piece);
    if (written >= bytes) break;
  }
  writeSync(file, end);
  closeSync(file);
}

/** Megabytes. Linux tells its own; `maxRSS` there counts the parent's memory at the fork, too. */
function peakMemory(): number {
  const [, kilobytes] = /VmHWM:\s*(\d+) kB/.exec(existsSync(STATUS) ? readFileSync(STATUS, 'utf8') : '') ?? [];
  return (kilobytes === undefined ? process.resourceUsage().maxRSS : Number(kilobytes)) / 1024;
}

const STATUS = '/proc/self/status';

const imported = z.object({ seconds: z.number(), memory: z.number() });
type Imported = z.infer<typeof imported>;

/** Reading a file and quoting its text, as far as a string can be long: what any reader of JSON must do at least. */
function secondsToQuote(file: string, megabytes: number): number {
  const probe = Math.min(megabytes, 100);
  const started = performance.now();
  const bytes = readFileSync(file).subarray(0, probe * MEGABYTE);
  JSON.stringify(bytes.toString('utf8'));
  return ((performance.now() - started) / 1000) * (megabytes / probe);
}

async function importHere(file: string, data: string): Promise<void> {
  const engine = await openSqlite({ path: data });
  const said: string[] = [];
  const quiet = () => undefined;
  const started = performance.now();
  const status = await runImport(
    { file, user: 'local', tenant: 'default', wait: false },
    {
      engine,
      out: new Writable({
        write(chunk, _encoding, done) {
          said.push(String(chunk).trim());
          done();
        },
      }),
      signal: new AbortController().signal,
      now: Date.now,
      log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
      startIndexing: () => Promise.resolve({ close: () => Promise.resolve() }),
    },
  );
  const seconds = (performance.now() - started) / 1000;
  await engine.close();
  if (status !== 0) throw new Error(`The import failed: ${said.at(-1) ?? ''}`);
  console.log(JSON.stringify({ seconds, memory: peakMemory() } satisfies Imported));
}

const [first = '200', second] = process.argv.slice(2);
if (second !== undefined) {
  await importHere(first, second);
} else {
  const megabytes = Number(first);
  const formats = [
    { name: 'lines.jsonl', pieces: skeinLines(random()), end: '' },
    { name: 'conversations.json', pieces: conversations(random()), end: ']' },
  ];
  for (const { name, pieces, end } of formats) {
    const folder = mkdtempSync(join(tmpdir(), 'skein-import-'));
    try {
      const file = join(folder, name);
      write(file, pieces, megabytes * MEGABYTE, end);
      const self = fileURLToPath(import.meta.url);
      const child = spawnSync(process.execPath, [self, file, join(folder, 'skein.db')], {
        stdio: ['ignore', 'pipe', 'inherit'],
        encoding: 'utf8',
      });
      if (child.status !== 0) throw new Error(`The import of ${name} failed.`);
      const { seconds, memory } = imported.parse(JSON.parse(child.stdout));
      const quoting = secondsToQuote(file, megabytes);
      const what = `import of ${name}, ${String(megabytes)} MB`;
      printLine(
        `${what}, speed`,
        megabytes / seconds,
        'MB/s',
        beside(quoting / seconds, 'reading and quoting the bytes'),
      );
      printLine(`${what}, peak memory`, memory, 'MB', beside(memory / megabytes, 'the file'));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
}
