import type { DatabaseSync } from 'node:sqlite';
import type { OwnerScope } from '../../core/identity.ts';
import type { MessageKey } from '../../core/ids.ts';
import { statement } from './connection.ts';
import { INDEXED_COLUMNS, indexedMessageOf, integer } from './rows.ts';
import { indexDeleted } from './text-index.ts';
import { findThread } from './thread-reads.ts';

const FIND = `SELECT ${INDEXED_COLUMNS} FROM messages m WHERE m.thread_row = ? AND m.id = ?`;

const FORGET = `UPDATE threads SET message_count = message_count - 1, last_message_at = last.at,
    active_at = coalesce(last.at, created_at)
  FROM (SELECT (SELECT created_at FROM messages WHERE thread_row = :thread_row ORDER BY seq DESC LIMIT 1) AS at) AS last
  WHERE thread_row = :thread_row`;

/** Removes a message with its index entries. Gives whether it was there. */
export function deleteMessage(
  db: DatabaseSync,
  { scope, key, now }: { scope: OwnerScope; key: MessageKey; now: number },
): boolean {
  if (key.owner !== scope.owner) return false;
  const head = findThread(db, scope, key.thread, now);
  if (head === undefined) return false;
  const threadRow = integer(head, 'thread_row');
  const row = statement(db, FIND).get(threadRow, key.message);
  if (row === undefined) return false;
  const message = indexedMessageOf(row);
  statement(db, 'DELETE FROM messages WHERE message_row = ?').run(message.messageRow);
  statement(db, FORGET).run({ thread_row: threadRow });
  indexDeleted(db, message);
  return true;
}
