import type { DatabaseSync } from 'node:sqlite';
import type { MessageFilter } from '../../core/filter.ts';
import type { Scope } from '../../core/identity.ts';
import type { MessageKey, ThreadKey } from '../../core/ids.ts';
import type { Message } from '../../core/thread.ts';
import type { MessageListQuery } from '../store.ts';
import { statement } from './connection.ts';
import { isUnfiltered, LIVE_THREAD, messageMatches } from './filters.ts';
import { integer, MESSAGE_COLUMNS, messageOf } from './rows.ts';
import { isOf } from './thread-reads.ts';

/** From keys (alias `k`, a JSON array that starts with owner and thread) to their threads (alias `t`). */
const THREADS_OF_KEYS = `json_each(:keys) k
  CROSS JOIN tenants kte ON kte.tenant = :tenant
  CROSS JOIN owners ko ON ko.tenant_row = kte.tenant_row AND ko.owner = k.value ->> 0
  CROSS JOIN threads t ON t.owner_row = ko.owner_row AND t.id = k.value ->> 1`;

/** Owner and tenant as the message itself names them: what the check of the scope compares. */
const OWNER_JOINS = `CROSS JOIN owners o ON o.owner_row = m.owner_row
  CROSS JOIN tenants te ON te.tenant_row = o.tenant_row`;

const GET = `SELECT k.key AS place, ${MESSAGE_COLUMNS}
  FROM ${THREADS_OF_KEYS}
  CROSS JOIN messages m ON m.thread_row = t.thread_row AND m.id = k.value ->> 2
  ${OWNER_JOINS}
  WHERE ${LIVE_THREAD}`;

/**
 * After so many characters of contents a read stops, and what is left is for another turn of the thread's event loop: the
 * next page of the long messages that come to that takes some milliseconds, too.
 */
const CHARACTERS_A_TURN = 1_000_000;

/** The messages of keys, in their order, null for one that is not there: of all keys, or of the first ones. */
export function getMessages(
  db: DatabaseSync,
  { scope, keys, now }: { scope: Scope; keys: readonly MessageKey[]; now: number },
): (Message | null)[] {
  const found: (Message | null)[] = keys.map(() => null);
  const asked = keys.map(({ owner, thread, message }) => (isOf(scope, owner) ? [owner, thread, message] : []));
  let characters = 0;
  // Rows come in the order of the keys: CROSS JOIN has SQLite look them up one after the other.
  for (const row of statement(db, GET).iterate({ keys: JSON.stringify(asked), tenant: scope.tenant, now })) {
    const place = integer(row, 'place');
    const message = messageOf(row, scope);
    found[place] = message;
    characters += message.content.length;
    if (characters >= CHARACTERS_A_TURN) return found.slice(0, place + 1);
  }
  return found;
}

/** What was read of a window, by seq, and the window on what was not; null when all was. */
export type WindowPart = { readonly messages: Message[]; rest: MessageListQuery | null };

/** Windows on the messages of threads: one statement for all queries that differ only in thread and position. */
export function listMessages(
  db: DatabaseSync,
  { scope, queries, now }: { scope: Scope; queries: readonly MessageListQuery[]; now: number },
): WindowPart[] {
  const parts = queries.map((query): WindowPart => ({ messages: [], rest: query }));
  const alike = groupBy(queries, ({ filter, window }) => JSON.stringify([filter, window.from, window.limit]));
  let characters = 0;
  for (const places of alike) {
    const first = queries[places[0] ?? 0];
    if (first === undefined) continue;
    const { filter, window } = first;
    const where = messageMatches(filter);
    const rows = statement(db, listSql(where.sql, window.from)).iterate({
      ...where.params,
      keys: JSON.stringify(places.map((place) => windowKey(scope, queries[place]))),
      tenant: scope.tenant,
      now,
      rows: window.limit,
    });
    let at = 0;
    // Rows come window by window, as CROSS JOIN has it, and in each in the order in which they were stored, as the list
    // behind IN is sorted: by seq.
    for (const row of rows) {
      for (const place = integer(row, 'place'); at < place; at += 1) partAt(parts, places, at).rest = null;
      const message = messageOf(row, scope);
      const part = partAt(parts, places, at);
      part.messages.push(message);
      characters += message.content.length;
      if (characters < CHARACTERS_A_TURN) continue;
      part.rest = after(message, queries[places[at] ?? 0], window.limit - part.messages.length);
      return parts;
    }
    for (; at < places.length; at += 1) partAt(parts, places, at).rest = null;
  }
  return parts;
}

function partAt(parts: readonly WindowPart[], places: readonly number[], at: number): WindowPart {
  const part = parts[places[at] ?? -1];
  if (part === undefined) throw new Error('A row was read of a window that was not asked for.');
  return part;
}

/** The window on so many more messages after this one. */
function after({ seq }: Message, query: MessageListQuery | undefined, limit: number): MessageListQuery | null {
  return query === undefined || limit === 0
    ? null
    : { ...query, window: { ...query.window, from: 'start', after: seq, limit } };
}

function listSql(condition: string, from: 'start' | 'end'): string {
  return `SELECT k.key AS place, ${MESSAGE_COLUMNS}
    FROM ${THREADS_OF_KEYS}
    CROSS JOIN messages m ON m.message_row IN (
      SELECT m.message_row FROM messages m
      WHERE m.thread_row = t.thread_row AND m.seq > k.value ->> 2 AND m.seq < k.value ->> 3 AND ${condition}
      ORDER BY m.seq ${from === 'start' ? 'ASC' : 'DESC'} LIMIT +:rows)
    ${OWNER_JOINS}
    WHERE ${LIVE_THREAD}`;
}

function windowKey(scope: Scope, query: MessageListQuery | undefined): readonly (string | number)[] {
  if (query === undefined || !isOf(scope, query.thread.owner)) return [];
  const { thread, window } = query;
  return [thread.owner, thread.thread, window.after ?? 0, window.before ?? Number.MAX_SAFE_INTEGER];
}

export type MessageCountQuery = { readonly thread: ThreadKey; readonly filter: MessageFilter };

/** How many messages of each thread the filter keeps: one statement for all queries of the same filter. */
export function countMessages(
  db: DatabaseSync,
  { scope, queries, now }: { scope: Scope; queries: readonly MessageCountQuery[]; now: number },
): number[] {
  const counts = queries.map(() => 0);
  for (const places of groupBy(queries, ({ filter }) => JSON.stringify(filter))) {
    const filter = queries[places[0] ?? 0]?.filter ?? {};
    const where = messageMatches(filter);
    const keys = places.map((place) => queries[place]?.thread);
    const rows = statement(db, isUnfiltered(filter) ? COUNT_ALL : countSql(where.sql)).all({
      ...where.params,
      keys: JSON.stringify(
        keys.map((key) => (key !== undefined && isOf(scope, key.owner) ? [key.owner, key.thread] : [])),
      ),
      tenant: scope.tenant,
      now,
    });
    for (const row of rows) counts[places[integer(row, 'place')] ?? -1] = integer(row, 'messages');
  }
  return counts;
}

/** The head knows how many there are; only the superseded ones, which lists leave out, are counted. */
const COUNT_ALL = `SELECT k.key AS place, t.message_count - (
    SELECT count(*) FROM messages m WHERE m.thread_row = t.thread_row AND m.status = 'SUPERSEDED') AS messages
  FROM ${THREADS_OF_KEYS} WHERE ${LIVE_THREAD}`;

function countSql(condition: string): string {
  return `SELECT k.key AS place, (
      SELECT count(*) FROM messages m WHERE m.thread_row = t.thread_row AND ${condition}) AS messages
    FROM ${THREADS_OF_KEYS} WHERE ${LIVE_THREAD}`;
}

/** The places of the items that share a key. */
function groupBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): readonly (readonly number[])[] {
  const groups = Map.groupBy(items.keys(), (place) => {
    const item = items[place];
    return item === undefined ? '' : keyOf(item);
  });
  return [...groups.values()];
}
