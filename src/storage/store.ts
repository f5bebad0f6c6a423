import type { EmbeddingModel } from '../core/embedding-model.ts';
import type { MessageFilter, ThreadFilter } from '../core/filter.ts';
import type { OwnerScope, Scope } from '../core/identity.ts';
import type { MessageId, MessageKey, ThreadId, ThreadKey } from '../core/ids.ts';
import type { Meter } from '../core/meter.ts';
import type {
  Failure,
  Message,
  MessageStatus,
  Metadata,
  Role,
  Thread,
  ThreadStatus,
  ToolCall,
  Usage,
} from '../core/thread.ts';
import type { KeywordCandidates, KeywordQuery, MeaningCandidates, MeaningQuery } from './candidates.ts';
import type { IndexModels, IndexResult, IndexTask, IndexWindow } from './indexed.ts';
import type { LedgerLine } from './ledger-line.ts';

/**
 * The ports that an engine implements, and their rules.
 *
 * Rules of every method:
 * - The scope comes first. Rows outside it do not exist: reads give null or nothing, writes throw NOT_FOUND. An engine
 *   checks every row once more before it lets it out, and throws rather than return a foreign one.
 * - A thread whose `expiresAt` has passed does not exist for any read, count, search or append, from that moment on.
 * - What has resolved is durable. What has thrown has written nothing, unless the error is UNAVAILABLE (then it may
 *   have, and the same call with the same ids or idempotency keys may be repeated safely).
 * - Batched reads answer in the order of the keys, null for what is not there, with one storage request where the
 *   engine can.
 * - Errors are SkeinErrors: NOT_FOUND, CONFLICT, LIMIT_EXCEEDED, UNAVAILABLE.
 */
export interface Engine {
  /** The engine's name as `doctor` prints it: `sqlite`, `cosmos`. */
  readonly name: string;
  /** Whether other servers may work on the same data at the same time. */
  readonly shared: boolean;
  readonly threads: ThreadStore;
  readonly messages: MessageStore;
  readonly candidates: CandidateSource;
  readonly index: IndexStore;
  readonly ledger: Ledger;
  /** Resolves when the engine answers; throws UNAVAILABLE with a reason when it does not. */
  ping(): Promise<void>;
  /** Finishes what is under way, then lets go of files, threads and connections. Safe to call twice. */
  close(): Promise<void>;
}

/**
 * Last parameter of every method: how to stop it, and where its cost is counted. A read that is stopped throws the
 * signal's reason; a write is stopped only before it has begun.
 */
export type Call = { readonly meter: Meter; readonly signal?: AbortSignal };

/** A place in a list: the value of the order's field, and the id that breaks ties. Stable under concurrent appends. */
export type ThreadPosition = { readonly value: number; readonly thread: ThreadId };

export type ThreadOrder = {
  readonly field: 'CREATED_AT' | 'UPDATED_AT' | 'LAST_MESSAGE_AT';
  readonly direction: 'ASC' | 'DESC';
};

/** A window on a list: `limit` rows after `after` and before `before`, counted from the start or from the end. */
export type Window<Position> = {
  readonly from: 'start' | 'end';
  readonly limit: number;
  readonly after: Position | null;
  readonly before: Position | null;
};

/** Items in list order, whichever end the window counts from; `more`: whether rows remain beyond the limit. */
export type Page<Item> = { readonly items: readonly Item[]; readonly more: boolean };

export type NewThread = {
  readonly id: ThreadId;
  readonly title: string | null;
  readonly agent: string | null;
  readonly instructions: string | null;
  readonly status: ThreadStatus;
  readonly metadata: Metadata;
  readonly createdAt: number;
  readonly expiresAt: number | null;
};

/** Fields that are absent stay as they are. */
export type ThreadChange = {
  readonly title?: string | null;
  readonly status?: ThreadStatus;
  readonly metadata?: Metadata;
  readonly expiresAt?: number | null;
};

/** Whatever an engine keeps of threads. A thread's head and its messages share one logical partition. */
export interface ThreadStore {
  /** Stores a thread; when one with this id is there already, gives that one back unchanged (`created: false`). */
  create(scope: OwnerScope, thread: NewThread, call: Call): Promise<{ thread: Thread; created: boolean }>;
  get(scope: Scope, keys: readonly ThreadKey[], call: Call): Promise<(Thread | null)[]>;
  /** LAST_MESSAGE_AT of a thread without messages is its `createdAt`, for ordering. */
  list(
    scope: Scope,
    filter: ThreadFilter,
    order: ThreadOrder,
    window: Window<ThreadPosition>,
    call: Call,
  ): Promise<Page<Thread>>;
  count(scope: Scope, filter: ThreadFilter, call: Call): Promise<number>;
  /** @throws CONFLICT when `ifVersion` is given and is not the thread's version; NOT_FOUND */
  update(
    scope: OwnerScope,
    thread: ThreadId,
    change: ThreadChange,
    ifVersion: number | null,
    call: Call,
  ): Promise<Thread>;
  /** Removes the thread, its messages, text index entries and vectors. Gives whether it was there. */
  delete(scope: OwnerScope, thread: ThreadId, call: Call): Promise<boolean>;
  /** Removes up to `limit` threads, of every tenant, whose `expiresAt` has passed; gives how many. Housekeeping. */
  sweepExpired(limit: number, call: Call): Promise<number>;
}

export type NewMessage = {
  readonly id: MessageId;
  readonly role: Role;
  readonly author: string | null;
  readonly content: string;
  readonly toolCalls: readonly ToolCall[];
  readonly toolCallId: string | null;
  readonly model: string | null;
  readonly status: MessageStatus;
  readonly finishReason: string | null;
  readonly usage: Usage | null;
  readonly latencyMs: number | null;
  readonly metadata: Metadata;
  readonly createdAt: number;
  readonly replyTo: MessageId | null;
};

/** How a PENDING reply ended. */
export type ReplyOutcome = {
  readonly status: 'COMPLETE' | 'FAILED';
  readonly content: string;
  readonly toolCalls: readonly ToolCall[];
  readonly model: string | null;
  readonly finishReason: string | null;
  readonly usage: Usage | null;
  readonly latencyMs: number | null;
  readonly metadata: Metadata;
  readonly failure: Failure | null;
  readonly recalled: readonly MessageKey[];
};

/** A window on the messages of one thread, by seq. */
export type MessageListQuery = {
  readonly thread: ThreadKey;
  readonly filter: MessageFilter;
  readonly window: Window<number>;
};

export interface MessageStore {
  /**
   * Appends 1 to 100 messages in one atomic write with the head's counters and `lastMessageAt` (the `createdAt` of the
   * last message by seq); seqs follow each other without gap. A message whose id is already in the thread is not stored
   * again: the answer has the stored one in its place (`created: false`). Costs the same at message 10 and at message
   * 100,000. Messages with content are found by keyword from here on; their indexing is PENDING (READY at once when
   * there is nothing to embed).
   * @throws NOT_FOUND when the thread is not there
   */
  append(
    scope: OwnerScope,
    thread: ThreadId,
    messages: readonly NewMessage[],
    call: Call,
  ): Promise<{ thread: Thread; messages: { message: Message; created: boolean }[] }>;
  /**
   * Appends a reply in the place of another, in one atomic write: the other becomes SUPERSEDED, a candidate only for
   * filters that ask for it, and no longer context of its neighbours.
   * A reply whose id is already in the thread is not stored again (`created: false`), and nothing else changes.
   * @throws NOT_FOUND when the thread or the reply to replace is not there; CONFLICT when that one is PENDING
   */
  replaceReply(
    scope: OwnerScope,
    replaced: MessageKey,
    reply: NewMessage,
    call: Call,
  ): Promise<{ thread: Thread; reply: Message; created: boolean }>;
  get(scope: Scope, keys: readonly MessageKey[], call: Call): Promise<(Message | null)[]>;
  /** One window for each of many threads, in one storage request where the engine can; by seq ascending. */
  list(scope: Scope, queries: readonly MessageListQuery[], call: Call): Promise<Page<Message>[]>;
  /** How many messages of each thread the filter keeps. */
  count(scope: Scope, queries: readonly { thread: ThreadKey; filter: MessageFilter }[], call: Call): Promise<number[]>;
  /**
   * Ends a PENDING reply, and gives the thread as it is then. One that has ended already is given back as it is (the
   * first end counts).
   * @throws NOT_FOUND when the thread or the reply is not there
   */
  finish(
    scope: OwnerScope,
    message: MessageKey,
    outcome: ReplyOutcome,
    call: Call,
  ): Promise<{ thread: Thread; reply: Message }>;
  /**
   * Removes a message with its text index entries and vectors; the seq stays unused. Gives whether it was there.
   * Its neighbours' search context is corrected too: no word of it remains findable.
   */
  delete(scope: OwnerScope, message: MessageKey, call: Call): Promise<boolean>;
  /** Marks FAILED, with this failure, every PENDING reply, of every tenant, created before a time; gives how many. */
  failPending(before: number, failure: Failure, call: Call): Promise<number>;
}

/**
 * Finds messages for a search; ranking is not its business. Every filter acts before the cut: with `limit` 200, a
 * filter that leaves three of a million messages finds all three. PENDING messages are never candidates.
 *
 * A message is found through its own words, its author's name, the date on which it was said, and what was said just
 * before and after it (`SearchField`). Words are as `core/words.ts` cuts them.
 */
export interface CandidateSource {
  /**
   * The best `limit` messages by words, the best first by the engine's own measure. `terms` empty: none. Does not wait for
   * a vector that they are to be near to.
   */
  byKeyword(
    scope: Scope,
    query: KeywordQuery,
    filter: MessageFilter,
    limit: number,
    call: Call,
  ): Promise<KeywordCandidates>;
  /**
   * The best `limit` messages by cosine of their best passage with the vector, the nearest first; and the same of the
   * messages `alongside`, however far they are.
   */
  byMeaning(
    scope: Scope,
    query: MeaningQuery,
    filter: MessageFilter,
    limit: number,
    call: Call,
  ): Promise<MeaningCandidates>;
  /**
   * For each word, the words one letter away from it (`core/spelling.ts`) that messages of the scope have, in any form,
   * the commonest first, as far as that is known; of several forms of one word, one. None for a word that a message has
   * itself. Words are folded, not stemmed.
   */
  spellings(scope: Scope, words: readonly string[], call: Call): Promise<string[][]>;
  /**
   * The stored vectors of messages, each that of the message as a whole and by itself, of unit length. In the order of
   * the keys; null for a message that is not there, or has no vectors of this model.
   */
  vectorsOf(
    scope: Scope,
    model: { readonly model: string; readonly dimensions: number },
    keys: readonly MessageKey[],
    call: Call,
  ): Promise<(Float32Array | null)[]>;
}

/**
 * The indexer's side of an engine: what waits for its vectors, and where they go. Each text is embedded once, by itself;
 * what was said around it enters by arithmetic (`passage-context.ts`), whenever a neighbour comes or goes.
 *
 * A switch of models loses nothing while it lasts: the new one's vectors are built beside those that serve, and take
 * their place in one step, `promote`. Deleting a message deletes its vectors of every model.
 */
export interface IndexStore {
  models(call: Call): Promise<IndexModels>;
  /**
   * Says which model is to serve. The first one ever serves at once; another one is built, in the place of one that was
   * being built; the serving one again gives up what was being built. Drops nothing that serves. To be called before
   * the other methods.
   * @throws UNAVAILABLE, with what to do, when this store cannot have vectors of that length
   */
  adopt(model: EmbeddingModel, call: Call): Promise<IndexModels>;
  /**
   * Messages of every tenant that wait for a model, the serving or the building one. What another server has stored may
   * be left to that one for some time.
   */
  waiting(model: string, window: IndexWindow, call: Call): Promise<IndexTask[]>;
  /** The vectors that a model's texts with these hashes have already; null for none, or where looking is too dear. */
  known(model: string, textHashes: readonly string[], call: Call): Promise<(Float32Array | null)[]>;
  /**
   * Stores each result under its model, in one write with what becomes of the message: READY or FAILED by the serving
   * one, done by the building one. A result for what is gone, or of a model that is neither, is dropped.
   */
  store(results: readonly IndexResult[], call: Call): Promise<void>;
  /**
   * Has the building model serve from now on, in one step. Gives whether it does: not while a message that the old one
   * finds waits for the new one. What came in just now waits on, as PENDING. Until `discard`, the old vectors are still
   * compared with queries of the old model.
   */
  promote(model: string, call: Call): Promise<boolean>;
  /** Removes the vectors of models that neither serve nor are built, a little at a time. Resolves when all are gone. */
  discard(call: Call): Promise<void>;
  /** How many messages in the scope are not findable by meaning yet; those that FAILED are not counted. */
  countPending(scope: Scope, call: Call): Promise<number>;
}

/** Counts what was used, written in the same transaction as the message; deletions do not lower it. */
export interface Ledger {
  /** Lines of the days from ≤ day ≤ to (UTC, `2026-11-23`), by day, owner and model. */
  read(scope: Scope, days: { from: string; to: string }, call: Call): Promise<LedgerLine[]>;
}
