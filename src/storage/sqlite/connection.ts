import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { getLoadablePath } from 'sqlite-vec';
import { integer } from './rows.ts';

type ConnectionOptions = {
  readonly path: string;
  readonly readOnly: boolean;
  /** Memory for pages of this connection. */
  readonly cacheKiB: number;
};

/** How long a statement waits for another process's lock (a backup, a shell) before it fails as busy. */
const BUSY_TIMEOUT_MS = 5_000;

/**
 * Opens a connection with vector functions. Pages are read, not mapped: a fault of the disk under a mapped page kills
 * the process, under a read one it is an error.
 * @throws Error of SQLite when the file cannot be opened
 */
export function openConnection({ path, readOnly, cacheKiB }: ConnectionOptions): DatabaseSync {
  const db = new DatabaseSync(path, { readOnly, allowExtension: true, timeout: BUSY_TIMEOUT_MS });
  try {
    db.loadExtension(getLoadablePath());
    db.enableLoadExtension(false);
    db.exec(`PRAGMA cache_size = -${String(cacheKiB)}; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY;`);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

const prepared = new WeakMap<DatabaseSync, Map<string, StatementSync>>();

/** More texts than the engine has; filters make new ones, so there must be an end. */
const STATEMENTS_KEPT = 300;

/** The statement with this text, prepared once a connection. */
export function statement(db: DatabaseSync, sql: string): StatementSync {
  let statements = prepared.get(db);
  if (statements === undefined) {
    statements = new Map();
    prepared.set(db, statements);
  }
  let found = statements.get(sql);
  if (found === undefined) {
    found = db.prepare(sql);
    if (statements.size >= STATEMENTS_KEPT) statements.clear();
    statements.set(sql, found);
  }
  return found;
}

/** How many rows statements have changed since the connection was opened. */
export function totalChanges(db: DatabaseSync): number {
  return integer(statement(db, 'SELECT total_changes() AS changes').get() ?? {}, 'changes');
}
