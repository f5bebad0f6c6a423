import type { DatabaseSync } from 'node:sqlite';
import { statement } from './connection.ts';
import { INDEXED_COLUMNS, indexedMessageOf, integer, type IndexedMessage } from './rows.ts';

/** Around each message: how many before it are its context, and how many after it. A change reaches as far the other way. */
export const CONTEXT = { before: 2, after: 1 } as const;

/** Whether a message is searched at all. */
export function isSearched({ status, content }: IndexedMessage): boolean {
  return status !== 'PENDING' && /\S/u.test(content);
}

/** Whether a message that is searched is context of its neighbours: no other has taken its place. */
export function isContext(message: IndexedMessage): boolean {
  return isSearched(message) && message.status !== 'SUPERSEDED';
}

// Like `isContext`, for the alias `m`.
const IS_CONTEXT = `m.status NOT IN ('PENDING', 'SUPERSEDED')
  AND trim(m.content, char(9, 10, 11, 12, 13, 32, 160)) <> ''`;

const FROM_BEFORE = `FROM messages m WHERE m.thread_row = ? AND m.seq < ? AND ${IS_CONTEXT} ORDER BY m.seq DESC LIMIT ?`;
const FROM_AFTER = `FROM messages m WHERE m.thread_row = ? AND m.seq > ? AND ${IS_CONTEXT} ORDER BY m.seq LIMIT ?`;

type Place = Pick<IndexedMessage, 'threadRow' | 'seq'>;

/** The nearest messages before a place in a thread that are context, by seq. */
export function messagesBefore(db: DatabaseSync, { threadRow, seq }: Place, limit: number): IndexedMessage[] {
  const rows = statement(db, `SELECT ${INDEXED_COLUMNS} ${FROM_BEFORE}`).all(threadRow, seq, limit);
  return rows.map(indexedMessageOf).reverse();
}

/** The nearest messages after a place in a thread that are context, by seq. */
export function messagesAfter(db: DatabaseSync, { threadRow, seq }: Place, limit: number): IndexedMessage[] {
  return statement(db, `SELECT ${INDEXED_COLUMNS} ${FROM_AFTER}`).all(threadRow, seq, limit).map(indexedMessageOf);
}

/** The rows of the nearest messages before a place in a thread that are context, by seq. */
export function rowsBefore(db: DatabaseSync, { threadRow, seq }: Place, limit: number): number[] {
  const rows = statement(db, `SELECT m.message_row ${FROM_BEFORE}`).all(threadRow, seq, limit);
  return rows.map((row) => integer(row, 'message_row')).reverse();
}

/** The rows of the nearest messages after a place in a thread that are context, by seq. */
export function rowsAfter(db: DatabaseSync, { threadRow, seq }: Place, limit: number): number[] {
  const rows = statement(db, `SELECT m.message_row ${FROM_AFTER}`).all(threadRow, seq, limit);
  return rows.map((row) => integer(row, 'message_row'));
}
