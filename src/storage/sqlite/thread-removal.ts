import type { DatabaseSync } from 'node:sqlite';
import type { OwnerScope } from '../../core/identity.ts';
import type { ThreadId } from '../../core/ids.ts';
import { statement } from './connection.ts';
import { INDEXED_COLUMNS, indexedMessageOf, integer } from './rows.ts';
import { indexThreadDeleted } from './text-index.ts';
import { findThread } from './thread-reads.ts';
import { removeVectors } from './vector-removal.ts';

/** How many messages one write removes, so that others are not held up for long behind it. */
const CHUNK = 200;

const HIDE = 'UPDATE threads SET deleted = 1 WHERE thread_row = ?';

/**
 * Takes a thread out of every read. A small one is removed at once; the rest of a large one is left to `removeDeleted`.
 * Gives whether it was there.
 */
export function deleteThread(
  db: DatabaseSync,
  { scope, thread, now }: { scope: OwnerScope; thread: ThreadId; now: number },
): boolean {
  const row = findThread(db, scope, thread, now);
  if (row === undefined) return false;
  const threadRow = integer(row, 'thread_row');
  statement(db, HIDE).run(threadRow);
  if (integer(row, 'message_count') <= CHUNK) removeChunk(db, threadRow);
  return true;
}

const EXPIRE = `UPDATE threads SET deleted = 1 WHERE thread_row IN (
  SELECT thread_row FROM threads WHERE deleted = 0 AND expires_at IS NOT NULL AND expires_at <= :now
  ORDER BY expires_at LIMIT +:limit)`;

/** Marks expired threads for removal; gives how many. */
export function expireThreads(db: DatabaseSync, { limit, now }: { limit: number; now: number }): number {
  return Number(statement(db, EXPIRE).run({ limit, now }).changes);
}

/** Removes some of what is marked for removal: threads, then models' vectors. Gives whether there may be more. */
export function removeDeleted(db: DatabaseSync, _args: null): boolean {
  const row = statement(db, 'SELECT thread_row FROM threads WHERE deleted = 1 LIMIT 1').get();
  if (row === undefined) return removeVectors(db);
  removeChunk(db, integer(row, 'thread_row'));
  return true;
}

const NEXT = `SELECT ${INDEXED_COLUMNS} FROM messages m WHERE m.thread_row = ? ORDER BY m.seq LIMIT ${String(CHUNK)}`;

function removeChunk(db: DatabaseSync, threadRow: number): void {
  const messages = statement(db, NEXT).all(threadRow).map(indexedMessageOf);
  indexThreadDeleted(db, messages);
  const remove = statement(db, 'DELETE FROM messages WHERE message_row = ?');
  for (const { messageRow } of messages) remove.run(messageRow);
  if (messages.length < CHUNK) statement(db, 'DELETE FROM threads WHERE thread_row = ?').run(threadRow);
}
