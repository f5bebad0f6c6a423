import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { ownerId, tenantId, type OwnerScope } from '../../src/core/identity.ts';
import { startMeter } from '../../src/core/meter.ts';
import { keyOfThread, type Message, type Thread } from '../../src/core/thread.ts';
import { importRecords, type ImportReport } from '../../src/importing/import-records.ts';
import { openForImport } from '../../src/importing/open-file.ts';
import { openSqlite } from '../../src/storage/sqlite/engine.ts';
import type { Call, Engine } from '../../src/storage/store.ts';

export const NOW = Date.parse('2026-11-23T12:00:00Z');
export const SCOPE: OwnerScope = { tenant: tenantId('default'), owner: ownerId('mara') };

type Stored = { readonly thread: Thread; readonly messages: readonly Message[] };
type Imported = { readonly report: ImportReport; readonly bad: readonly string[] };

/** A fresh SQLite engine in a temporary folder, and files beside it to import. */
export async function openImportRoom(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'skein-import-'));
  const opening = openSqlite({ path: join(folder, 'skein.db'), now: () => NOW });
  t.after(async () => {
    await opening.then((opened) => opened.close()).catch(() => undefined);
    rmSync(folder, { recursive: true, force: true });
  });
  const engine = await opening;
  const call: Call = { meter: startMeter() };
  return {
    engine,
    folder,
    /** Writes a file of these lines (objects become JSON). */
    lines(lines: readonly unknown[], name = 'lines.jsonl'): string {
      return this.file(lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'), name);
    },
    file(content: string | Buffer, name = 'file'): string {
      const path = join(folder, name);
      writeFileSync(path, content);
      return path;
    },
    async import(
      path: string,
      through: { engine?: Pick<Engine, 'threads' | 'messages'>; signal?: AbortSignal } = {},
    ): Promise<Imported> {
      const bad: string[] = [];
      const file = openForImport(path);
      try {
        const report = await importRecords({
          file,
          name: path,
          engine: through.engine ?? engine,
          scope: SCOPE,
          listener: {
            stage: () => undefined,
            reached: () => undefined,
            bad: (place, reason) => void bad.push(`${place}: ${reason}`),
          },
          signal: through.signal ?? new AbortController().signal,
          now: () => NOW,
        });
        return { report, bad };
      } finally {
        file.close();
      }
    },
    /** All threads of the owner in order of creation, each with its messages. */
    async stored(): Promise<Stored[]> {
      const window = { from: 'start', limit: 100, after: null, before: null } as const;
      const order = { field: 'CREATED_AT', direction: 'ASC' } as const;
      const { items: threads } = await engine.threads.list(SCOPE, {}, order, window, call);
      const queries = threads.map((thread) => ({ thread: keyOfThread(thread), filter: {}, window }));
      const pages = await engine.messages.list(SCOPE, queries, call);
      return threads.map((thread, at) => ({ thread, messages: pages[at]?.items ?? [] }));
    },
    /** The contents of each thread's messages, in order, by thread title. */
    async contents(): Promise<Record<string, string[]>> {
      const stored = await this.stored();
      return Object.fromEntries(
        stored.map(({ thread, messages }) => [thread.title ?? '', messages.map(({ content }) => content)]),
      );
    },
  };
}

/** The first stored thread. @throws when nothing was stored */
export async function onlyThread(room: { stored(): Promise<Stored[]> }): Promise<Stored> {
  const [first] = await room.stored();
  if (first === undefined) throw new Error('Nothing was stored.');
  return first;
}

export function threadLine(key: string, more: object = {}): object {
  return { type: 'thread', key, title: key.toUpperCase(), createdAt: '2026-05-01T09:00:00Z', ...more };
}

export function messageLine(thread: string, key: string, more: object = {}): object {
  return { type: 'message', thread, key, role: 'USER', content: key, ...more };
}
