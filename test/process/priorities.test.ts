import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { mkdtempDisposable } from 'node:fs/promises';
import { getPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
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
