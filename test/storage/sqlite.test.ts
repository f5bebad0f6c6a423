import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqlite } from '../../src/storage/sqlite/engine.ts';
import { describeEngine } from './contract.ts';

describeEngine(
  'sqlite',
  async ({ now }) => {
    const folder = await mkdtemp(join(tmpdir(), 'skein-'));
    const open = () => openSqlite({ path: join(folder, 'skein.db'), now });
    let engine = await open();
    return {
      engine,
      async reopen() {
        await engine.close();
        engine = await open();
        return engine;
      },
      async cleanup() {
        await engine.close();
        await rm(folder, { recursive: true });
      },
    };
  },
  { batchesAcrossThreads: true },
);
