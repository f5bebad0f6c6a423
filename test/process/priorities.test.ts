import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtempDisposable } from 'node:fs/promises';
import { availableParallelism, getPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { z } from 'zod';
import { eventually } from '../support/eventually.ts';
import { startServer } from '../support/server-process.ts';
import { threadWith } from '../support/skein.ts';

const READS = 3;
const EMBEDS = 10;
const WRITES = 5;

/** Of a thread that may have ended since it was listed. */
function priorityOf(thread: number): number | null {
  try {
    return getPriority(thread);
  } catch {
    return null;
  }
}

it(
  'a server answers before it searches, searches before it writes, and writes before it embeds',
  { skip: process.platform !== 'linux' },
  async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'skein-test-'));
    await using server = await startServer(folder.path);
    await threadWith(server, ['Embed this.']);
    const its = getPriority(server.pid);
    const lowered = (): Set<number> => {
      const threads = readdirSync(`/proc/${String(server.pid)}/task`).map(Number);
      return new Set(threads.flatMap((thread) => priorityOf(thread) ?? []).map((priority) => priority - its));
    };
    await eventually('the embedder to start', () => (lowered().has(EMBEDS) ? true : null));
    assert.deepEqual(lowered(), new Set([0, READS, WRITES, EMBEDS]));
  },
);

const COUNT_HELPERS = `
  const { readdirSync, readFileSync } = require('node:fs');
  const names = readdirSync('/proc/self/task').map((id) => readFileSync('/proc/self/task/' + id + '/comm', 'utf8'));
  console.log(names.filter((name) => name.startsWith('V8Worker')).length);`;

it(
  'npm start leaves a processor to the thread that answers: V8 has helpers for the others',
  { skip: process.platform !== 'linux' },
  () => {
    const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
    const { scripts } = z.object({ scripts: z.object({ start: z.string() }) }).parse(JSON.parse(text));
    const options = scripts.start.split(' ').filter((word) => word.startsWith('--'));
    const helpers = Number(execFileSync(process.execPath, [...options, '--eval', COUNT_HELPERS], { encoding: 'utf8' }));
    // Without being told, Node has four of them, on however few processors.
    assert.equal(helpers, Math.min(16, Math.max(1, availableParallelism() - 1)));
  },
);
