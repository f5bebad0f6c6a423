import type { OwnerScope, Scope } from '../../core/identity.ts';
import { messageKeyText, threadKeyText, type MessageKey, type ThreadKey } from '../../core/ids.ts';
import type { Message } from '../../core/thread.ts';
import type { Call, MessageListQuery, Page } from '../store.ts';
import { isUnfiltered } from './filters.ts';
import { HEAD_ID, partitionOf } from './head.ts';
import { findHead, saysThere } from './heads.ts';
import { inParallel } from './in-parallel.ts';
import type { Parts } from './parts.ts';
import { heads } from './thread-queries.ts';
import { messageCount, messagesWithHeads, messageWindow } from './message-queries.ts';
import { allInScope, idOf, integer, messageOf, threadKeyIn, type Item } from './rows.ts';
import { isTail, listTails } from './tails.ts';

/** How many threads one query names: its text grows with them. */
const KEYS_A_QUERY = 100;

/** The messages of these keys, in their order; null for one that is not there. One is a point read beside its head's. */
export async function getMessages(
  parts: Parts,
  scope: Scope,
  keys: readonly MessageKey[],
  call: Call,
): Promise<(Message | null)[]> {
  const wanted = keys.filter(({ owner }) => mayRead(scope, owner));
  const rows = await rowsWithHeads(parts, scope, wanted, call);
  const found = new Map<string, Message>();
  const there = headsThere(rows, parts.access.now());
  for (const row of rows) {
    if (row['kind'] !== 'message' || !there.has(threadKeyText(threadKeyIn(row)))) continue;
    const message = messageOf(row, scope);
    found.set(messageKeyText({ ...threadKeyIn(row), message: message.id }), message);
  }
  return keys.map((key) => found.get(messageKeyText(key)) ?? null);
}

async function rowsWithHeads(
  parts: Parts,
  scope: Scope,
  keys: readonly MessageKey[],
  call: Call,
): Promise<readonly Item[]> {
  const rows = allInScope(await readRows(parts, scope, keys, call), scope);
  const unfiled = rows.filter((row) => row['filing'] !== undefined);
  if (unfiled.length === 0) return rows;
  for (const row of unfiled) await file(parts, scope, threadKeyIn(row), call);
  return rowsWithHeads(parts, scope, keys, call);
}

async function readRows({ access }: Parts, scope: Scope, keys: readonly MessageKey[], call: Call): Promise<Item[]> {
  const [first, ...others] = keys;
  if (first === undefined) return [];
  if (others.length === 0) {
    const key = partitionOf({ tenant: scope.tenant, owner: first.owner }, first.thread);
    const items = await Promise.all([first.message, HEAD_ID].map((id) => access.read('threads', key, id, call)));
    return items.filter((item) => item !== null);
  }
  const chunks = Array.from({ length: Math.ceil(keys.length / KEYS_A_QUERY) }, (_, at) =>
    keys.slice(at * KEYS_A_QUERY, (at + 1) * KEYS_A_QUERY),
  );
  const rows = await inParallel(chunks, (chunk) => access.query('threads', messagesWithHeads(scope, chunk), call));
  return rows.flat();
}

/** Windows on the messages of threads: one query a thread, or one for the ends of many. */
export async function listMessages(
  parts: Parts,
  scope: Scope,
  queries: readonly MessageListQuery[],
  call: Call,
): Promise<Page<Message>[]> {
  const pages: Page<Message>[] = queries.map(() => ({ items: [], more: false }));
  const asked = queries.flatMap((query, at) => (mayRead(scope, query.thread.owner) ? [{ query, at }] : []));
  const tails = asked.length > 1 ? asked.filter(({ query }) => isTail(query)) : [];
  const found = await listTails(
    parts,
    scope,
    tails.map(({ query }) => query),
    call,
  );
  for (const [place, { at }] of tails.entries()) {
    const page = found[place];
    if (page) pages[at] = page;
  }
  const done = new Set(tails.flatMap(({ at }, place) => (found[place] ? [at] : [])));
  const rest = asked.filter(({ at }) => !done.has(at));
  await inParallel(rest, async ({ query, at }) => {
    pages[at] = await listWindow(parts, scope, query, call);
  });
  return pages;
}

async function listWindow(parts: Parts, scope: Scope, query: MessageListQuery, call: Call): Promise<Page<Message>> {
  const rows = allInScope(await parts.access.query('threads', messageWindow(scope, query), call), scope);
  const head = rows.find((row) => row['kind'] !== 'message');
  if (head === undefined || !saysThere(head, parts.access.now())) return { items: [], more: false };
  if (head['filing'] !== undefined) {
    await file(parts, scope, query.thread, call);
    return listWindow(parts, scope, query, call);
  }
  parts.hints.saw(scope.tenant, query.thread, integer(head, 'nextSeq'));
  const messages = rows.filter((row) => row !== head).map((row) => messageOf(row, scope));
  const items = messages.slice(0, query.window.limit).sort((one, other) => one.seq - other.seq);
  return { items, more: messages.length > query.window.limit };
}

/** How many messages of each thread the filter keeps: heads know how many there are in all. */
export async function countMessages(
  parts: Parts,
  scope: Scope,
  queries: readonly Pick<MessageListQuery, 'thread' | 'filter'>[],
  call: Call,
): Promise<number[]> {
  const { access } = parts;
  const asked = queries.filter(({ thread }) => mayRead(scope, thread.owner));
  const keys = [...new Map(asked.map(({ thread }) => [threadKeyText(thread), thread])).values()];
  const rows = keys.length === 0 ? [] : allInScope(await headRows(parts, scope, keys, call), scope);
  const there = new Map(
    rows.filter((row) => saysThere(row, access.now())).map((row) => [threadKeyText(threadKeyIn(row)), row]),
  );
  return inParallel(queries, async ({ thread, filter }) => {
    const head = there.get(threadKeyText(thread));
    if (head === undefined) return 0;
    if (isUnfiltered(filter)) return integer(head, 'messageCount') - integer(head, 'superseded');
    const [row] = await access.query('threads', messageCount(scope, thread, filter), call);
    return row === undefined ? 0 : integer(row, 'value');
  });
}

async function headRows({ access }: Parts, scope: Scope, keys: readonly ThreadKey[], call: Call): Promise<Item[]> {
  const [first, ...others] = keys;
  if (first === undefined || others.length > 0) return access.query('threads', heads(scope, keys), call);
  const key = partitionOf({ tenant: scope.tenant, owner: first.owner }, first.thread);
  const item = await access.read('threads', key, HEAD_ID, call);
  return item === null ? [] : [item];
}

function headsThere(rows: readonly Item[], now: number): ReadonlySet<string> {
  const there = rows.filter((row) => idOf(row) === HEAD_ID && saysThere(row, now));
  return new Set(there.map((row) => threadKeyText(threadKeyIn(row))));
}

/** Carries through an append that was broken off. */
async function file(parts: Parts, { tenant }: Scope, { owner, thread }: ThreadKey, call: Call): Promise<void> {
  const scope: OwnerScope = { tenant, owner };
  await findHead(parts, scope, thread, call);
}

function mayRead(scope: Scope, owner: string): boolean {
  return scope.owner === null || scope.owner === owner;
}
