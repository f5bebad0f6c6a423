import { closeSync, openSync, readSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { SkeinError } from '../../core/errors.ts';
import { isBusy } from './faults.ts';

/** The right to be the only server on a data file. */
export type FileLock = { release(): void };

/** Files locked by this process. Asked first: reading a lock file of our own would let its locks go (fcntl's rule). */
const heldHere = new Set<string>();

/**
 * Takes the data file for this server alone. The lock is SQLite's own on a small file beside it, which the kernel drops
 * when the process dies, however it dies; so nothing stale is ever left. The lock file itself stays: removing it would
 * let two servers hold locks on different files of one name.
 * @param path of the data file, with links resolved
 * @throws SkeinError UNAVAILABLE, naming the file and the process that holds it
 */
export function lockFile(path: string): FileLock {
  if (heldHere.has(path)) throw inUse(path, process.pid);
  const lockPath = `${path}-lock`;
  const db = new DatabaseSync(lockPath, { timeout: 0 });
  try {
    // In exclusive locking mode the lock that the write takes is kept until the connection closes.
    db.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF;');
    db.exec(`BEGIN EXCLUSIVE; PRAGMA user_version = ${String(process.pid)}; COMMIT;`);
  } catch (error) {
    db.close();
    if (isBusy(error)) throw inUse(path, holderOf(lockPath));
    throw error;
  }
  heldHere.add(path);
  return {
    release() {
      heldHere.delete(path);
      if (db.isOpen) db.close();
    },
  };
}

/** Where SQLite's file header has `user_version`, 4 bytes big-endian (https://www.sqlite.org/fileformat.html). */
const USER_VERSION_OFFSET = 60;

function holderOf(lockPath: string): number | null {
  const bytes = Buffer.alloc(4);
  const file = openSync(lockPath, 'r');
  try {
    return readSync(file, bytes, 0, 4, USER_VERSION_OFFSET) === 4 ? bytes.readUInt32BE(0) : null;
  } finally {
    closeSync(file);
  }
}

function inUse(path: string, pid: number | null): SkeinError {
  const holder = pid === null ? 'another Skein' : `another Skein (process ${String(pid)})`;
  return new SkeinError('UNAVAILABLE', `${path} is in use by ${holder}. Stop it, or name another file.`);
}
