import type { DatabaseSync } from 'node:sqlite';
import { parentPort, receiveMessageOnPort, workerData, type MessagePort } from 'node:worker_threads';
import { lowerThreadPriority } from '../../core/thread-priority.ts';
import { openConnection, statement } from './connection.ts';
import { faultOf } from './faults.ts';
import { commitGroup } from './group-commit.ts';
import { migrate, requireOurs } from './migrations.ts';
import { integer } from './rows.ts';
import { packError, requestOf, startDataOf, type Report, type Run, type StartData } from './wire.ts';
import { writeOperations } from './write-operations.ts';

const CACHE_KIB = 16_384;

/** Behind what reads, and before what embeds: that waits for this one to store its vectors. */
const NICENESS = 5;

/** What the write-ahead log shrinks to once a long read no longer holds it. */
const LOG_BYTES = 64 * 1_048_576;

function openForWriting({ path, maxBytes }: StartData): DatabaseSync {
  const db = openConnection({ path, readOnly: false, cacheKiB: CACHE_KIB });
  try {
    requireOurs(db, path);
    // FULL: an acknowledged write survives a power cut, too. FAST: what is deleted is overwritten where that is free.
    db.exec(`PRAGMA journal_mode = WAL; PRAGMA journal_size_limit = ${String(LOG_BYTES)};
      PRAGMA synchronous = FULL; PRAGMA secure_delete = FAST;`);
    migrate(db);
    if (maxBytes !== null) {
      const pageBytes = integer(statement(db, 'PRAGMA page_size').get() ?? {}, 'page_size');
      db.exec(`PRAGMA max_page_count = ${String(Math.floor(maxBytes / pageBytes))}`);
    }
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function serve(port: MessagePort): void {
  const report = (message: Report): void => {
    port.postMessage(message);
  };
  let db: DatabaseSync;
  try {
    db = openForWriting(startDataOf(workerData));
  } catch (error) {
    report({ kind: 'unfit', error: packError(faultOf(error)) });
    return;
  }
  const close = (): void => {
    // The last connection to close folds the write-ahead log into the file, if there is room; else it stays beside it.
    db.close();
    port.close();
  };
  port.on('message', (message) => {
    let request = requestOf(message);
    const next = (): Run | undefined => {
      request = requestOf(receiveMessageOnPort(port)?.message);
      return request?.kind === 'run' ? request : undefined;
    };
    if (request?.kind === 'run') report({ kind: 'answers', answers: commitGroup(db, writeOperations, request, next) });
    // Either what came or what the group met at its end.
    if (request?.kind === 'close') close();
  });
  report({ kind: 'ready' });
}

if (parentPort !== null) {
  lowerThreadPriority(NICENESS);
  serve(parentPort);
}
