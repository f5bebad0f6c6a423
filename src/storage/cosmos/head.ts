import type { Scope } from '../../core/identity.ts';
import type { ThreadId } from '../../core/ids.ts';
import { keyOfThread, type Thread } from '../../core/thread.ts';
import type { Change } from './access.ts';
import type { PartitionKey } from './containers.ts';
import { expiryItem } from './expiry.ts';
import { lineOf, owedItem, owedOf, owing, type Owed, type UseLine } from './owed.ts';
import {
  etagOf,
  integer,
  integerOrNull,
  itemIn,
  listOf,
  numbersIn,
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
  /** Which call made or changed the thread last: by it, a call whose answer was lost knows its own work. */
  readonly writer: string;
  /** The latest messages with content, by seq, as far as they will be context of the next ones. */
  readonly recent: readonly Recent[];
  /** Replies that are being written. */
  readonly pending: readonly Pending[];
  /** Counts that the ledger is owed. */
  readonly owed: Owed;
  /** An append that is committed and not yet stored message by message. */
  readonly filing: Filing | null;
  /** The version of the head whose fields are still being copied to its messages. */
  readonly spread: number | null;
};

export type Recent = { readonly id: string; readonly seq: number; readonly text: string };

/** What counts once a reply has ended, and is not known to the write that ends it. */
export type Pending = { readonly id: string; readonly seq: number; readonly day: string; readonly replies: number };

/**
 * What a committed append has still to store: the parcels of a call, by number, from a seq on, after what was recent
 * before it.
 */
export type Filing = {
  readonly writer: string;
  readonly seq: number;
  readonly numbers: readonly number[];
  readonly before: readonly Recent[];
};

/** The head sorts before every message in both directions: `seq` upwards, and `back` (−seq) upwards. */
const FIRST = Number.MIN_SAFE_INTEGER;

/** How many messages are context of the next one. */
const KEPT = 2;

/** The full key of a thread's logical partition. */
export function partitionOf(
  scope: { readonly tenant: string; readonly owner: string },
  thread: ThreadId,
): PartitionKey {
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
    writer: text(item, 'writer'),
    ...settled(item),
    filing: filing && filingOf(filing),
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
    messageCount: thread.messageCount,
    usage: plain(thread.usage),
    nextSeq: head.nextSeq,
    superseded: head.superseded,
    born: head.born,
    writer: head.writer,
    recent: head.recent,
    pending: head.pending,
    // A patch adds to it: it must be there.
    ended: [],
    filing: head.filing && { ...head.filing },
    spread: head.spread,
    ...owedItem(head.owed),
    // The ledger must have been given its counts first, for which there is time.
    ...expiryItem(thread.expiresAt, now, 'head'),
  });
}

/** A list of the latest messages with one more. */
export function withRecent(recent: readonly Recent[], next: Recent): readonly Recent[] {
  return [...recent, next].sort((one, other) => one.seq - other.seq).slice(-KEPT);
}

/** The context of the message that follows the recent ones. */
export function contextAfter(recent: readonly Recent[]): Context {
  const previous = recent.at(-1);
  return { previous: previous?.text ?? null, earlier: recent.at(-2)?.text ?? null, after: previous?.seq ?? null };
}

/** The change of a head that says how a reply ended; what else must be known stands with the reply's place in it. */
export function endedChange(
  id: string,
  text: string | null,
  line: Omit<UseLine, 'day' | 'replies' | 'messages'>,
): Change {
  return { op: 'add', path: '/ended/-', value: present({ id, text, ...line }) };
}

/** What was pending, and has ended meanwhile, is taken up as if it had been appended as it is now. */
function settled(item: Item): Pick<Head, 'recent' | 'pending' | 'owed'> {
  const pending = new Map(listOf(item, 'pending').map((entry) => [text(entry, 'id'), pendingOf(entry)]));
  let recent: readonly Recent[] = listOf(item, 'recent').map(recentOf);
  let owed = owedOf(item);
  for (const entry of listOf(item, 'ended')) {
    const place = pending.get(text(entry, 'id'));
    if (place === undefined) continue;
    pending.delete(place.id);
    const { day, replies, id, seq } = place;
    owed = owing(owed, [lineOf({ ...entry, day, replies, messages: 1 })]);
    const said = textOrNull(entry, 'text');
    if (said !== null) recent = withRecent(recent, { id, seq, text: said });
  }
  return { recent, pending: [...pending.values()], owed };
}

/** What a head owes the ledger, replies that have ended included. */
export function owedBy(item: Item): Owed {
  return settled(item).owed;
}

function recentOf(item: Item): Recent {
  return { id: text(item, 'id'), seq: integer(item, 'seq'), text: text(item, 'text') };
}

function pendingOf(item: Item): Pending {
  return { id: text(item, 'id'), seq: integer(item, 'seq'), day: text(item, 'day'), replies: integer(item, 'replies') };
}

function filingOf(item: Item): Filing {
  return {
    writer: text(item, 'writer'),
    seq: integer(item, 'seq'),
    numbers: numbersIn(item, 'numbers'),
    before: listOf(item, 'before').map(recentOf),
  };
}
