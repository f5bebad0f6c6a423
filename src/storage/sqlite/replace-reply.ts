import type { DatabaseSync } from 'node:sqlite';
import { SkeinError } from '../../core/errors.ts';
import type { OwnerScope } from '../../core/identity.ts';
import type { MessageKey } from '../../core/ids.ts';
import type { Thread } from '../../core/thread.ts';
import type { NewMessage } from '../store.ts';
import { appendMessages, type Appended } from './append.ts';
import { statement } from './connection.ts';
import { messageNotFound } from './reply-end.ts';
import { INDEXED_COLUMNS, indexedMessageOf, integer } from './rows.ts';
import { indexSuperseded } from './text-index.ts';
import { requireThread } from './thread-writes.ts';

type ReplaceArgs = {
  readonly scope: OwnerScope;
  readonly replaced: MessageKey;
  readonly reply: NewMessage;
  readonly now: number;
};

const FIND = `SELECT ${INDEXED_COLUMNS} FROM messages m WHERE m.thread_row = ? AND m.id = ?`;

const SUPERSEDE = `UPDATE messages SET status = 'SUPERSEDED' WHERE message_row = ?`;

/**
 * Appends a reply in the place of another. When it is there already, nothing changes.
 * @throws SkeinError NOT_FOUND; CONFLICT when the reply to replace is still being written
 */
export function replaceReply(
  db: DatabaseSync,
  { scope, replaced, reply, now }: ReplaceArgs,
): { thread: Thread; reply: Appended } {
  if (replaced.owner !== scope.owner) throw messageNotFound();
  const threadRow = integer(requireThread(db, scope, replaced.thread, now), 'thread_row');
  const row = statement(db, FIND).get(threadRow, replaced.message);
  if (row === undefined) throw messageNotFound();
  const old = indexedMessageOf(row);
  if (old.status === 'PENDING') throw new SkeinError('CONFLICT', 'This reply is still being written.');
  const { thread, messages } = appendMessages(db, { scope, thread: replaced.thread, messages: [reply], now });
  const [appended] = messages;
  if (appended === undefined) throw new Error('An append has not answered for its message.');
  if (appended.kind === 'stored') {
    statement(db, SUPERSEDE).run(old.messageRow);
    indexSuperseded(db, { ...old, status: 'SUPERSEDED' });
  }
  return { thread, reply: appended };
}
