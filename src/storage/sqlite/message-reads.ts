import type { DatabaseSync } from 'node:sqlite';
import type { MessageFilter } from '../../core/filter.ts';
import type { Scope } from '../../core/identity.ts';
import type { MessageKey, ThreadKey } from '../../core/ids.ts';
import type { Message } from '../../core/thread.ts';
import type { MessageListQuery, Page } from '../store.ts';
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

/** The messages of these keys, in their order; null for one that is not there. */
export function getMessages(
  db: DatabaseSync,
  { scope, keys, now }: { scope: Scope; keys: readonly MessageKey[]; now: number },
): (Message | null)[] {
  const found: (Message | null)[] = keys.map(() => null);
  const asked = keys.map(({ owner, thread, message }) => (isOf(scope, owner) ? [owner, thread, message] : []));
  for (const row of statement(db, GET).all({ keys: JSON.stringify(asked), tenant: scope.tenant, now })) {
    found[integer(row, 'place')] = messageOf(row, scope);
  }
  return found;
}

/** Windows on the messages of threads: one statement for all queries that differ only in thread and position. */
export function listMessages(
  db: DatabaseSync,
  { scope, queries, now }: { scope: Scope; queries: readonly MessageListQuery[]; now: number },
): Page<Message>[] {
  const pages: Page<Message>[] = queries.map(() => ({ items: [], more: false }));
  const alike = groupBy(queries, ({ filter, window }) => JSON.stringify([filter, window.from, window.limit]));
  for (const places of alike) {
    const first = queries[places[0] ?? 0];
    if (first === undefined) continue;
    const { filter, window } = first;
    const found = new Map<number, Message[]>(places.map((place) => [place, []]));
    const where = messageMatches(filter);
    const rows = statement(db, listSql(where.sql, window.from)).all({
      ...where.params,
      keys: JSON.stringify(places.map((place) => windowKey(scope, queries[place]))),
      tenant: scope.tenant,
      now,
      rows: window.limit + 1,
    });
    for (const row of rows) found.get(places[integer(row, 'place')] ?? -1)?.push(messageOf(row, scope));
    for (const [place, messages] of found) pages[place] = pageOf(messages, window);
  }
  return pages;
}

function listSql(condition: string, from: 'start' | 'end'): string {
  return `SELECT k.key AS place, ${MESSAGE_COLUMNS}
    FROM ${THREADS_OF_KEYS}
    CROSS JOIN messages m ON m.message_row IN (
      SELECT m.message_row FROM messages m
      WHERE m.thread_row = t.thread_row AND m.seq > k.value ->> 2 AND m.seq < k.value ->> 3 AND ${condition}
      ORDER BY m.seq ${from === 'start' ? 'ASC' : 'DESC'} LIMIT :rows)
    ${OWNER_JOINS}
    WHERE ${LIVE_THREAD}`;
}

function windowKey(scope: Scope, query: MessageListQuery | undefined): readonly (string | number)[] {
  if (query === undefined || !isOf(scope, query.thread.owner)) return [];
  const { thread, window } = query;
  return [thread.owner, thread.thread, window.after ?? 0, window.before ?? Number.MAX_SAFE_INTEGER];
}

/** Rows come in any order, and one more than the limit where there is one. */
function pageOf(messages: Message[], { from, limit }: MessageListQuery['window']): Page<Message> {
  messages.sort((one, other) => one.seq - other.seq);
  const items = from === 'start' ? messages.slice(0, limit) : messages.slice(-limit);
  return { items, more: messages.length > limit };
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
