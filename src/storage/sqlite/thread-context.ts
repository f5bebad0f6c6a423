import type { DatabaseSync } from 'node:sqlite';
import { NEIGHBOUR_CHARACTERS } from '../search-text.ts';
import { statement } from './connection.ts';
import { INDEXED_COLUMNS, indexedMessageOf, integer, type IndexedMessage, type Row } from './rows.ts';

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

// Like `isContext`, for an alias of messages.
const isContextOf = (alias: string) => `${alias}.status NOT IN ('PENDING', 'SUPERSEDED')
  AND trim(${alias}.content, char(9, 10, 11, 12, 13, 32, 160)) <> ''`;

const FROM_BEFORE = `FROM messages m WHERE m.thread_row = ? AND m.seq < ? AND ${isContextOf('m')}
  ORDER BY m.seq DESC LIMIT +?`;
const FROM_AFTER = `FROM messages m WHERE m.thread_row = ? AND m.seq > ? AND ${isContextOf('m')}
  ORDER BY m.seq LIMIT +?`;

const MESSAGES_BEFORE = `SELECT ${INDEXED_COLUMNS} ${FROM_BEFORE}`;
const MESSAGES_AFTER = `SELECT ${INDEXED_COLUMNS} ${FROM_AFTER}`;
const ROWS_BEFORE = `SELECT m.message_row ${FROM_BEFORE}`;
const ROWS_AFTER = `SELECT m.message_row ${FROM_AFTER}`;

const beginningOf = (neighbour: string) =>
  `(SELECT substr(n.content, 1, ${String(NEIGHBOUR_CHARACTERS)}) FROM messages n
    WHERE n.thread_row = m.thread_row AND ${isContextOf('n')} AND ${neighbour})`;

/** Columns with the beginnings of a message's context (alias `m`): `previous`, `earlier` and `next`, NULL for none. */
export const CONTEXT_COLUMNS = `${beginningOf('n.seq < m.seq ORDER BY n.seq DESC LIMIT 1')} AS previous,
  ${beginningOf('n.seq < m.seq ORDER BY n.seq DESC LIMIT 1 OFFSET 1')} AS earlier,
  ${beginningOf('n.seq > m.seq ORDER BY n.seq LIMIT 1')} AS next`;

type Place = Pick<IndexedMessage, 'threadRow' | 'seq'>;

/** The nearest messages before a place in a thread that are context, by seq. */
export function messagesBefore(db: DatabaseSync, { threadRow, seq }: Place, limit: number): IndexedMessage[] {
  return statement(db, MESSAGES_BEFORE).all(threadRow, seq, limit).map(indexedMessageOf).reverse();
}

/** The nearest messages after a place in a thread that are context, by seq. */
export function messagesAfter(db: DatabaseSync, { threadRow, seq }: Place, limit: number): IndexedMessage[] {
  return statement(db, MESSAGES_AFTER).all(threadRow, seq, limit).map(indexedMessageOf);
}

/** The rows of the nearest messages before a place in a thread that are context, by seq. */
export function rowsBefore(db: DatabaseSync, { threadRow, seq }: Place, limit: number): number[] {
  return statement(db, ROWS_BEFORE).all(threadRow, seq, limit).map(messageRowOf).reverse();
}

/** The rows of the nearest messages after a place in a thread that are context, by seq. */
export function rowsAfter(db: DatabaseSync, { threadRow, seq }: Place, limit: number): number[] {
  return statement(db, ROWS_AFTER).all(threadRow, seq, limit).map(messageRowOf);
}

function messageRowOf(row: Row): number {
  return integer(row, 'message_row');
}
