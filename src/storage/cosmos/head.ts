import type { Scope } from '../../core/identity.ts';
import type { ThreadId } from '../../core/ids.ts';
import { keyOfThread, type Thread } from '../../core/thread.ts';
import type { PartitionKey } from './access.ts';
import { timeToLive } from './expiry.ts';
import { owedItem, owedOf, type Owed } from './owed.ts';
import {
  etagOf,
  integer,
  integerOrNull,
  itemIn,
  listOf,
  pairsOf,
  plain,
  present,
  text,
  textOrNull,
  threadOf,
  type Item,
} from './rows.ts';
import type { Context } from './search-words.ts';

/** The id of a thread's head in its logical partition. */
export const HEAD_ID = 'head';

/** A thread's head: what all its messages share, and what the next append must know. */
export type Head = {
  readonly thread: Thread;
  /** What a write must find unchanged. */
  readonly etag: string;
  /** True from the moment on at which the thread is deleted; its items go after, the head last. */
  readonly gone: boolean;
  readonly nextSeq: number;
  readonly superseded: number;
  /** Tells this thread from an earlier one with the same id. */
  readonly born: string;
  /** Which call wrote the head last: by it, a call whose answer was lost knows its own work. */
  readonly by: string;
  /** The latest messages, by seq; what of them will be context of the next ones. */
  readonly recent: readonly Recent[];
  /** Counts that the ledger is owed. */
  readonly owed: Owed;
  /** An append that is committed and not yet stored message by message. */
  readonly filing: Filing | null;
  /** The version of the head whose fields are still being copied to its messages. */
  readonly spread: number | null;
};

/** `text` null: it is still being written. */
export type Recent = { readonly id: string; readonly seq: number; readonly text: string | null };

export type Filing = { readonly by: string; readonly seq: number; readonly count: number };

/** The head sorts before every message in both directions: `seq` upwards, and `back` (−seq) upwards. */
const FIRST = Number.MIN_SAFE_INTEGER;

/** How many finished messages are context of the next, and how many being written are waited for. */
const KEPT = 2;
const AWAITED = 8;

/** The full key of a thread's logical partition. */
export function partitionOf(scope: { readonly tenant: string; readonly owner: string }, thread: ThreadId): PartitionKey {
  return [scope.tenant, scope.owner, thread];
}

/** A head as its item has it. @throws Error when the item is not of the scope */
export function headOf(item: Item, scope: Scope): Head {
  const filing = itemIn(item, 'filing');
  return {
    thread: threadOf(item, scope),
    etag: etagOf(item),
    gone: item['kind'] !== 'head',
    nextSeq: integer(item, 'nextSeq'),
    superseded: integer(item, 'superseded'),
    born: text(item, 'born'),
    by: text(item, 'by'),
    recent: recentOf(item),
    owed: owedOf(item),
    filing: filing && { by: text(filing, 'by'), seq: integer(filing, 'seq'), count: integer(filing, 'count') },
    spread: integerOrNull(item, 'spread'),
  };
}

/** The item of a head. */
export function headItem(head: Omit<Head, 'etag'>, now: number): Item {
  const { thread } = head;
  const { owner, thread: threadId } = keyOfThread(thread);
  return present({
    id: HEAD_ID,
    kind: head.gone ? 'gone' : 'head',
    tenantId: thread.tenant,
    ownerId: owner,
    threadId,
    seq: FIRST,
    back: FIRST,
    title: thread.title,
    agent: thread.agent,
    instructions: thread.instructions,
    status: thread.status,
    metadata: pairsOf(thread.metadata),
    version: thread.version,
    createdAt: thread.createdAt,
    updatedAt: thread.updatedAt,
    lastMessageAt: thread.lastMessageAt,
    activeAt: thread.lastMessageAt ?? thread.createdAt,
    expiresAt: thread.expiresAt,
    messageCount: thread.messageCount,
    usage: plain(thread.usage),
    nextSeq: head.nextSeq,
    superseded: head.superseded,
    born: head.born,
    by: head.by,
    recent: head.recent.map((recent) => present(recent)),
    filing: head.filing && plain(head.filing),
    spread: head.spread,
    // Patches add to these: they must be there.
    said: [],
    ...owedItem(head.owed),
    // The ledger must have been given its counts first, for which there is time.
    ttl: timeToLive(thread.expiresAt, now, 'head'),
  });
}

/** A list of the latest messages with one more. */
export function withRecent(recent: readonly Recent[], next: Recent): readonly Recent[] {
  const all = [...recent, next];
  const finished = all.filter(({ text: said }) => said !== null).slice(-KEPT);
  const awaited = all.filter(({ text: said }) => said === null).slice(-AWAITED);
  return [...finished, ...awaited].sort((one, other) => one.seq - other.seq);
}

/** The context of the message that follows the recent ones. */
export function contextAfter(recent: readonly Recent[]): Context {
  const said = recent.flatMap(({ text: words }) => (words === null ? [] : [words]));
  return { previous: said.at(-1) ?? null, earlier: said.at(-2) ?? null };
}

/** What has been said meanwhile by those that were being written is beside the list, as a patch adds it. */
function recentOf(item: Item): readonly Recent[] {
  const said = new Map(listOf(item, 'said').map((entry) => [text(entry, 'id'), textOrNull(entry, 'text')]));
  let recent: readonly Recent[] = [];
  for (const entry of listOf(item, 'recent')) {
    const id = text(entry, 'id');
    if (!said.has(id)) {
      recent = withRecent(recent, { id, seq: integer(entry, 'seq'), text: textOrNull(entry, 'text') });
      continue;
    }
    const words = said.get(id) ?? null;
    if (words !== null) recent = withRecent(recent, { id, seq: integer(entry, 'seq'), text: words });
  }
  return recent;
}
