import { mkdirSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { SkeinError } from '../../core/errors.ts';
import type { Engine } from '../store.ts';
import { accessTo } from './access.ts';
import { openConnection, statement } from './connection.ts';
import { faultOf } from './faults.ts';
import { sqliteLedger } from './ledger.ts';
import { lockFile, type FileLock } from './lock.ts';
import { sqliteMessages } from './messages.ts';
import type { ReadOperations } from './read-operations.ts';
import { backgroundRemoval } from './removal.ts';
import { sqliteCandidates, sqliteIndex } from './search-ports.ts';
import { sqliteThreads } from './threads.ts';
import { backgroundTidying } from './tidying.ts';
import { startWorker } from './worker-client.ts';
import type { WriteOperations } from './write-operations.ts';

export type SqliteOptions = {
  /** The data file; it and its folder are made when they are not there. */
  readonly path: string;
  /** The clock by which threads expire, epoch milliseconds. */
  readonly now?: () => number;
  /** Told of faults that no caller is told of. */
  readonly log?: (message: string, error: unknown) => void;
  /** The most that the data file may take; beyond it, writes are refused as on a full disk. */
  readonly maxBytes?: number;
};

/** Memory for pages that the main thread's short reads use. */
const CACHE_KIB = 8_192;

/**
 * Opens the embedded engine: one file, one writing thread, two reading threads, and short reads on this one.
 * @throws SkeinError UNAVAILABLE, naming the file, when it is in use, is not Skein's, is from a newer Skein or cannot be
 * opened
 */
export async function openSqlite(options: SqliteOptions): Promise<Engine> {
  const { now = Date.now, log = () => {}, maxBytes = null } = options;
  const path = requirePath(options.path);
  const lock = takeLock(path);
  const onDeath = (error: Error) => log('A storage thread died and is started again.', error);
  const data = { path, maxBytes };
  const writer = startWorker<WriteOperations>({
    file: new URL('./writer.ts', import.meta.url),
    data,
    atOnce: Infinity,
    onDeath,
  });
  const startReader = (whenNeeded: boolean) =>
    startWorker<ReadOperations>({
      file: new URL('./reader.ts', import.meta.url),
      data,
      whenNeeded,
      // One at a time, so that a caller who gives up while waiting costs nothing.
      atOnce: 1,
      onDeath,
    });
  const reader = startReader(false);
  const vectorReader = startReader(true);
  try {
    await writer.ready();
    const db = openConnection({ path, readOnly: true, cacheKiB: CACHE_KIB });
    const tidying = backgroundTidying({
      writer,
      onFault: (error) => log('The text index could not be tidied yet.', error),
    });
    const access = accessTo({ db, reader, vectorReader, writer, tidying, now });
    const removal = backgroundRemoval({
      writer,
      onFault: (error) => log('Deleted threads could not be removed yet.', error),
    });
    void removal.start();
    let closing: Promise<void> | null = null;
    const close = async (): Promise<void> => {
      await Promise.all([removal.stop(), tidying.stop()]);
      await Promise.all([reader.close(), vectorReader.close()]);
      db.close();
      // Last, as only the last connection to close folds the write-ahead log into the file.
      await writer.close();
      lock.release();
    };
    return {
      name: 'sqlite',
      shared: false,
      threads: sqliteThreads(access, removal),
      messages: sqliteMessages(access),
      candidates: sqliteCandidates(access),
      index: sqliteIndex(access, removal),
      ledger: sqliteLedger(access),
      async ping() {
        if (closing !== null) throw new SkeinError('UNAVAILABLE', 'The store is closed.');
        await writer.ready();
        statement(db, 'SELECT 1 FROM threads').get();
      },
      close() {
        closing ??= close();
        return closing;
      },
    };
  } catch (error) {
    await Promise.all([reader.close(), writer.close()]);
    lock.release();
    throw named(path, error);
  }
}

function takeLock(path: string): FileLock {
  try {
    return lockFile(path);
  } catch (error) {
    throw named(path, error);
  }
}

/** Links resolved: one file must have one lock, whatever it is called. */
function requirePath(path: string): string {
  try {
    const folder = dirname(resolve(path));
    mkdirSync(folder, { recursive: true });
    const full = join(realpathSync(folder), basename(path));
    try {
      return realpathSync(full);
    } catch {
      return full;
    }
  } catch (error) {
    throw named(path, error);
  }
}

/** An error of opening says which file could not be opened. */
function named(path: string, error: unknown): Error {
  const fault = faultOf(error);
  if (fault.message.includes(path)) return fault;
  return new SkeinError('UNAVAILABLE', `${path} cannot be opened: ${fault.message}`, { cause: error });
}
