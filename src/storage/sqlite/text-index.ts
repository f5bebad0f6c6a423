import type { DatabaseSync } from 'node:sqlite';
import { SEARCH_FIELDS, searchFields } from '../search-text.ts';
import { statement } from './connection.ts';
import { awaitBuilding, awaitNoMore } from './model-switch.ts';
import { leanAgain, removePassages } from './passages.ts';
import type { IndexedMessage } from './rows.ts';
import { scopedText } from './scoped-terms.ts';
import { CONTEXT, isContext, isSearched, messagesAfter, messagesBefore } from './thread-context.ts';

/** As far as a change of one message reaches: those it is context of, and what those need to be written anew. */
const REACH = CONTEXT.before + CONTEXT.after;

/**
 * Called in the transaction that appended the messages, which follow each other in one thread; PENDING replies among
 * them are not indexed until `indexFinished`.
 */
export function indexAppended(db: DatabaseSync, messages: readonly IndexedMessage[]): void {
  const added = messages.filter(isContext);
  const [first] = added;
  if (first !== undefined) {
    const before = messagesBefore(db, first, REACH);
    const line = [...before, ...added];
    // The last one before gets its `next`; it comes first, as the index likes its rows ascending.
    for (let at = Math.max(0, before.length - CONTEXT.after); at < line.length; at += 1) {
      if (at < before.length) removeEntry(db, line[at]);
      addEntry(db, line, at);
    }
  }
  for (const message of messages) if (isSearched(message) && !isContext(message)) addAlone(db, message);
  awaitBuilding(
    db,
    messages.filter(isSearched).map(({ messageRow }) => messageRow),
  );
}

/** Called in the transaction in which a PENDING reply became COMPLETE or FAILED. */
export function indexFinished(db: DatabaseSync, message: IndexedMessage): void {
  if (!isSearched(message)) return;
  indexAround(db, message, [message]);
  awaitBuilding(db, [message.messageRow]);
}

/** Called in the transaction in which a reply was superseded: it is found by those who ask for it, and context of none. */
export function indexSuperseded(db: DatabaseSync, message: IndexedMessage): void {
  indexAround(db, message, []);
  leanAgain(db, message);
}

/** Called in the transaction that removed a message, after its row has gone: its neighbours lose it as context. */
export function indexDeleted(db: DatabaseSync, message: IndexedMessage): void {
  removeEntry(db, message);
  awaitNoMore(db, message.messageRow);
  removePassages(db, [message]);
  if (!isContext(message)) return;
  indexAround(db, message, []);
  leanAgain(db, { ...message, status: 'SUPERSEDED' });
}

/**
 * Called in a transaction that removes some or all messages of a deleted thread, before their rows go. Their neighbours
 * go too, in this or a later one, so no context is corrected.
 */
export function indexThreadDeleted(db: DatabaseSync, messages: readonly IndexedMessage[]): void {
  for (const message of messages) {
    removeEntry(db, message);
    awaitNoMore(db, message.messageRow);
  }
  removePassages(db, messages);
}

/** Writes anew the entries that a change at a message's place reaches, and the entry of what is there now. */
function indexAround(db: DatabaseSync, place: IndexedMessage, there: readonly IndexedMessage[]): void {
  const before = messagesBefore(db, place, REACH);
  const line = [...before, ...there, ...messagesAfter(db, place, REACH)];
  const from = Math.max(0, before.length - CONTEXT.after);
  const to = Math.min(line.length, before.length + there.length + CONTEXT.before);
  for (let at = from; at < to; at += 1) {
    removeEntry(db, line[at]);
    addEntry(db, line, at);
  }
}

/** Adds the entry of a message that is context of none. */
function addAlone(db: DatabaseSync, message: IndexedMessage): void {
  const before = messagesBefore(db, message, CONTEXT.before);
  addEntry(db, [...before, message, ...messagesAfter(db, message, CONTEXT.after)], before.length);
}

const REMOVE = 'DELETE FROM text_index WHERE rowid = ?';

const ADD = `INSERT INTO text_index (rowid, ${SEARCH_FIELDS.join(', ')})
  VALUES (?, ${SEARCH_FIELDS.map(() => '?').join(', ')})`;

function removeEntry(db: DatabaseSync, message: IndexedMessage | undefined): void {
  if (message !== undefined) statement(db, REMOVE).run(message.messageRow);
}

/** Adds the entry of one of the messages, which are neighbours in this order. */
function addEntry(db: DatabaseSync, line: readonly IndexedMessage[], at: number): void {
  const message = line[at];
  if (message === undefined) return;
  const contentAt = (place: number) => line[place]?.content ?? null;
  const fields = searchFields({
    author: message.author,
    content: message.content,
    createdAt: message.createdAt,
    previous: contentAt(at - 1),
    earlier: contentAt(at - 2),
    next: contentAt(at + 1),
  });
  statement(db, ADD).run(
    message.messageRow,
    ...SEARCH_FIELDS.map((field) => scopedText(fields[field], message.tenantRow, message.ownerRow)),
  );
}
