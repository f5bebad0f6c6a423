import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import type { DatabaseSync } from 'node:sqlite';
import { lowerThreadPriority } from '../../core/thread-priority.ts';
import { openConnection, statement } from './connection.ts';
import { faultOf } from './faults.ts';
import { readOperations } from './read-operations.ts';
import { packError, requestOf, runOperation, startDataOf, type Answer, type Report, type Run } from './wire.ts';

const CACHE_KIB = 65_536;

/**
 * Behind the thread that serves everybody: while two of these search on two cores, it waits a third less for one of them
 * (measured), and a search takes as long as before.
 */
const NICENESS = 3;

/**
 * Has all statements of an operation see the file as it was at its first: what is written between two of them would make
 * counts and rows disagree.
 */
function inOneState<Result>(db: DatabaseSync, read: (db: DatabaseSync) => Result): Result {
  statement(db, 'BEGIN').run();
  try {
    return read(db);
  } finally {
    statement(db, 'COMMIT').run();
  }
}

function serve(port: MessagePort): void {
  const { path } = startDataOf(workerData);
  let db: DatabaseSync | undefined;
  const answerTo = (request: Run): Answer => {
    try {
      // Opened by the first request: the thread starts while the writer may still be making the file.
      db ??= openConnection({ path, readOnly: true, cacheKiB: CACHE_KIB });
      return {
        id: request.id,
        kind: 'done',
        value: inOneState(db, (its) => runOperation(readOperations, its, request)),
      };
    } catch (error) {
      return { id: request.id, kind: 'failed', error: packError(faultOf(error)) };
    }
  };
  const report = (message: Report): void => {
    port.postMessage(message);
  };
  port.on('message', (message) => {
    const request = requestOf(message);
    if (request?.kind === 'run') {
      report({ kind: 'answers', answers: [answerTo(request)] });
      return;
    }
    db?.close();
    port.close();
  });
  report({ kind: 'ready' });
}

if (parentPort !== null) {
  lowerThreadPriority(NICENESS);
  serve(parentPort);
}
