import type { DatabaseSync } from 'node:sqlite';
import { SkeinError } from '../../core/errors.ts';
import { statement } from './connection.ts';
import { integer } from './rows.ts';
import { SEARCH_TABLES } from './search-tables.ts';
import { TABLES } from './tables.ts';

/** Marks a file as Skein's in its header: "Skei". */
const APPLICATION_ID = 0x536b6569;

/** Each is run once a file, in order; the file's version is how many it has had. Never change one that was released. */
const MIGRATIONS: readonly string[] = [TABLES + SEARCH_TABLES];

/** The version of a file that this Skein writes. */
export const FILE_VERSION = MIGRATIONS.length;

/**
 * Makes sure that the file is Skein's and not from a newer one. Changes nothing.
 * @throws SkeinError UNAVAILABLE, naming the file and what is wrong with it
 */
export function requireOurs(db: DatabaseSync, path: string): void {
  const version = fileVersion(db, path);
  if (version > FILE_VERSION) {
    throw new SkeinError(
      'UNAVAILABLE',
      `${path} was written by a newer Skein: its version is ${String(version)}, this Skein knows up to ` +
        `${String(FILE_VERSION)}. Update Skein, or name another file.`,
    );
  }
}

function fileVersion(db: DatabaseSync, path: string): number {
  const applicationId = pragma(db, 'application_id');
  if (applicationId === APPLICATION_ID) return pragma(db, 'user_version');
  const isEmpty = statement(db, 'SELECT 1 FROM sqlite_master').get() === undefined;
  if (applicationId === 0 && isEmpty) return 0;
  throw new SkeinError('UNAVAILABLE', `${path} is not a Skein file: it is the SQLite database of another program.`);
}

/** Brings the file to this Skein's version, all or nothing. Call `requireOurs` first. */
export function migrate(db: DatabaseSync): void {
  const version = pragma(db, 'user_version');
  if (version === FILE_VERSION) return;
  db.exec('BEGIN IMMEDIATE');
  try {
    for (const sql of MIGRATIONS.slice(version)) db.exec(sql);
    db.exec(`PRAGMA application_id = ${String(APPLICATION_ID)}; PRAGMA user_version = ${String(FILE_VERSION)};`);
    db.exec('COMMIT');
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

function pragma(db: DatabaseSync, name: 'application_id' | 'user_version'): number {
  return integer(statement(db, `PRAGMA ${name}`).get() ?? {}, name);
}
