import type { Indexing, Message, Thread } from '../../core/thread.ts';
import type { NewMessage, ReplyOutcome } from '../store.ts';
import type { Change } from './access.ts';
import { expiryItem } from './expiry.ts';
import { deflated, jsonBytes } from './packing.ts';
import { pairsOf, plain, present, type Item } from './rows.ts';
import { aroundWords, hasWords, textWords, windowOf, type Context } from './search-words.ts';

/** The properties that `messageOf` reads. Never all: the words of the text index are as long as the message. */
export const MESSAGE_PROPERTIES = [
  'id',
  'kind',
  'tenantId',
  'ownerId',
  'threadId',
  'seq',
  'role',
  'author',
  'content',
  'toolCallId',
  'model',
  'status',
  'metadata',
  'createdAt',
  'indexing',
  'replyTo',
  'detail',
] as const;

/** An item may have 2 MB; this leaves room for what else a batch has, and for the item's other fields. */
const SAID_BYTES = 1_100_000;
const WORDS_BYTES = 1_800_000;

type MessageItemArgs = {
  readonly thread: Thread;
  readonly message: NewMessage;
  readonly seq: number;
  readonly context: Context;
  /** Which call stores it. */
  readonly writer: string;
  readonly now: number;
};

/** The item of a message that is appended. */
export function messageItem({ thread, message, seq, context, writer, now }: MessageItemArgs): Item {
  return present({
    id: message.id,
    kind: 'message',
    tenantId: thread.tenant,
    ownerId: thread.owner,
    threadId: thread.id,
    seq,
    back: -seq,
    role: message.role,
    author: message.author,
    model: message.model,
    status: message.status,
    toolCallId: message.toolCallId,
    metadata: pairsOf(message.metadata),
    createdAt: message.createdAt,
    replyTo: message.replyTo,
    ...contentItem({ ...message, failure: null, recalled: [] }, message.status !== 'PENDING', now),
    around: aroundWords(message, context),
    after: context.after,
    ...sharedItem(thread, now),
    writer,
  });
}

/** What a thread's messages and passages carry of it, so that filters need not look at the head. */
export function sharedItem(thread: Thread, now: number) {
  return {
    agent: thread.agent,
    threadMetadata: pairsOf(thread.metadata),
    headVersion: thread.version,
    ...expiryItem(thread.expiresAt, now, 'message'),
  };
}

/**
 * How a PENDING reply ends, as changes of its item: ten at most, which is how many a patch may have. Nothing of what is
 * there need be known: who says it, when and after what was stored with its place.
 */
export function endChanges(outcome: ReplyOutcome, now: number): Change[] {
  const properties = {
    status: outcome.status,
    model: outcome.model,
    metadata: pairsOf(outcome.metadata) ?? [],
    ...contentItem(outcome, true, now),
  };
  return Object.entries(properties).flatMap(([name, value]): Change[] =>
    value === undefined ? [] : [{ op: 'set', path: `/${name}`, value }],
  );
}

/** Whether a message with this content waits for its vectors: a blank one has nothing to embed. */
export function indexingOf(content: string): Indexing {
  return hasWords(content) ? 'PENDING' : 'READY';
}

type Said = Pick<Message, 'content' | 'toolCalls' | 'finishReason' | 'usage' | 'latencyMs' | 'failure' | 'recalled'>;

/** What is said, and what finds it. */
function contentItem(said: Said, isEnded: boolean, now: number) {
  const { content, toolCalls, finishReason, usage, latencyMs, failure, recalled } = said;
  const bytes = jsonBytes({ content, toolCalls });
  const isLarge = bytes > SAID_BYTES;
  const packed = isLarge ? deflated(JSON.stringify({ content, toolCalls })) : null;
  const detail = present({
    toolCalls: isLarge || toolCalls.length === 0 ? null : plain(toolCalls),
    packed,
    opening: isLarge ? windowOf(content) : null,
    finishReason,
    usage: usage && plain(usage),
    latencyMs,
    failure: failure && plain(failure),
    recalled: recalled.length === 0 ? null : plain(recalled),
  });
  const isSearched = isEnded && hasWords(content);
  return {
    content: isLarge ? '' : content,
    detail,
    indexing: indexingOf(content),
    searched: isSearched ? true : undefined,
    waitingSince: isSearched ? now : undefined,
    words: isSearched ? fitting(textWords(content), WORDS_BYTES - (packed?.length ?? bytes)) : undefined,
  };
}

/** Words as far as there is room: all of them, or each once, or those that come first. */
function fitting(words: string, bytes: number): string {
  if (words.length <= bytes) return words;
  const once = [...new Set(words.split(' '))].join(' ');
  return once.length <= bytes ? once : once.slice(0, once.lastIndexOf(' ', bytes));
}
