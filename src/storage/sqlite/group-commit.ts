import type { DatabaseSync } from 'node:sqlite';
import { SkeinError } from '../../core/errors.ts';
import { statement, totalChanges } from './connection.ts';
import { faultOf } from './faults.ts';
import { packError, runOperation, type Answer, type Operations, type Run } from './wire.ts';

/** A group ends after so many operations or milliseconds, so that the first does not wait for long on the last. */
const GROUP_OPERATIONS = 128;
const GROUP_MS = 20;

/**
 * Runs operations in one transaction, so that they share one flush to the disk: the first, and those that have come in
 * by the time the one before is done. Answers exist only once the transaction is on the disk.
 *
 * An operation that is refused before it wrote anything is answered as such and the rest go on. When one fails later, or
 * the commit itself does, everything is rolled back and each is run again in a transaction of its own. (A savepoint an
 * operation would do, too, but makes FTS5 write a segment each time.) Operations depend on nothing but the database and
 * their arguments, so running one again is safe.
 * @param next gives a request that has come in, if there is one
 */
export function commitGroup(
  db: DatabaseSync,
  operations: Operations,
  first: Run,
  next: () => Run | undefined,
): readonly Answer[] {
  const requests: Run[] = [];
  const answers: Answer[] = [];
  const deadline = performance.now() + GROUP_MS;
  try {
    statement(db, 'BEGIN IMMEDIATE').run();
    for (
      let request: Run | undefined = first;
      request !== undefined;
      request = requests.length < GROUP_OPERATIONS && performance.now() < deadline ? next() : undefined
    ) {
      requests.push(request);
      answers.push(runInGroup(db, operations, request));
    }
    statement(db, 'COMMIT').run();
    return answers;
  } catch (error) {
    rollBack(db);
    if (requests.length === 0) return [failed(first, error)];
    const [only, ...others] = requests;
    if (only !== undefined && others.length === 0) return [failed(only, error)];
    return requests.map((request) => runAlone(db, operations, request));
  }
}

/** @throws the operation's error when the transaction cannot go on without it */
function runInGroup(db: DatabaseSync, operations: Operations, request: Run): Answer {
  const before = totalChanges(db);
  try {
    return { id: request.id, kind: 'done', value: runOperation(operations, db, request) };
  } catch (error) {
    const wroteNothing = db.isTransaction && totalChanges(db) === before;
    if (error instanceof SkeinError && wroteNothing) return failed(request, error);
    throw error;
  }
}

function runAlone(db: DatabaseSync, operations: Operations, request: Run): Answer {
  try {
    statement(db, 'BEGIN IMMEDIATE').run();
    const value = runOperation(operations, db, request);
    statement(db, 'COMMIT').run();
    return { id: request.id, kind: 'done', value };
  } catch (error) {
    rollBack(db);
    return failed(request, error);
  }
}

/** SQLite rolls back by itself after some faults, a full disk among them. */
function rollBack(db: DatabaseSync): void {
  if (db.isTransaction) statement(db, 'ROLLBACK').run();
}

function failed(request: Run, error: unknown): Answer {
  return { id: request.id, kind: 'failed', error: packError(faultOf(error)) };
}
