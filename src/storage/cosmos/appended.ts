import type { OwnerScope } from '../../core/identity.ts';
import { keyOfThread, type Message, type Thread } from '../../core/thread.ts';
import type { Call, NewMessage } from '../store.ts';
import type { Access } from './access.ts';
import { contextAfter, withRecent, type Head, type Pending, type Recent } from './head.ts';
import { indexingOf, messageItem } from './message-item.ts';
import { dayOf, owing, repliesOf, useOf } from './owed.ts';
import { messagesOf } from './message-queries.ts';
import { idOf, messageOf, text, type Item } from './rows.ts';
import { hasWords, windowOf } from './search-words.ts';

export type Appended = { readonly thread: Thread; readonly messages: { message: Message; created: boolean }[] };

/** A message that is in the thread already, and which call put it there. */
export type Known = { readonly message: Message; readonly writer: string };

/** The messages of an append, each id once: the first counts. */
export function distinct(messages: readonly NewMessage[]): readonly NewMessage[] {
  const ids = new Set<string>();
  return messages.filter(({ id }) => {
    const isNew = !ids.has(id);
    ids.add(id);
    return isNew;
  });
}

/** The head once these messages were appended. */
export function appendedHead(head: Head, fresh: readonly NewMessage[]): Head {
  const last = fresh.at(-1);
  if (last === undefined) return head;
  const { thread } = head;
  const sum = (part: 'inputTokens' | 'outputTokens') =>
    fresh.reduce((total, { usage }) => total + (usage?.[part] ?? 0), thread.usage[part]);
  return {
    ...head,
    thread: {
      ...thread,
      messageCount: thread.messageCount + fresh.length,
      lastMessageAt: last.createdAt,
      usage: { inputTokens: sum('inputTokens'), outputTokens: sum('outputTokens') },
    },
    nextSeq: head.nextSeq + fresh.length,
    superseded: head.superseded + fresh.filter(({ status }) => status === 'SUPERSEDED').length,
    recent: fresh.reduce((recent, message, at) => withMessage(recent, message, head.nextSeq + at), head.recent),
    pending: [...head.pending, ...fresh.flatMap((message, at) => pendingOf(message, head.nextSeq + at))],
    // A reply that is being written is counted when it ends: only then are its model and usage known.
    owed: owing(head.owed, fresh.filter(({ status }) => status !== 'PENDING').map(useOf)),
  };
}

/** The items of messages that follow each other from a head's next seq on. */
export function itemsOf(
  head: Pick<Head, 'thread' | 'nextSeq' | 'recent'>,
  fresh: readonly NewMessage[],
  writer: string,
  now: number,
): Item[] {
  let recent = head.recent;
  return fresh.map((message, at) => {
    const seq = head.nextSeq + at;
    const item = messageItem({ thread: head.thread, message, seq, context: contextAfter(recent), writer, now });
    recent = withMessage(recent, message, seq);
    return item;
  });
}

/** Gives, for each message in its place, what was stored now or was there. */
export function answerOf(
  scope: OwnerScope,
  head: Head,
  messages: readonly NewMessage[],
  fresh: readonly NewMessage[],
  known: ReadonlyMap<string, Known>,
  writer: string,
): Appended['messages'] {
  const stored = new Map<string, Message>(
    fresh.map((message, at) => [message.id, storedMessage(scope, head, message, head.nextSeq + at)]),
  );
  const answered = new Set<string>();
  return messages.map(({ id }) => {
    const there = known.get(id);
    const message = there?.message ?? stored.get(id);
    if (message === undefined) throw new Error('An append has not answered for every message.');
    const created = (there === undefined || there.writer === writer) && !answered.has(id);
    answered.add(id);
    return { message, created };
  });
}

/** Which of these messages are in the thread. */
export async function knownOf(
  access: Access,
  scope: OwnerScope,
  { thread }: Head,
  messages: readonly NewMessage[],
  call: Call,
): Promise<ReadonlyMap<string, Known>> {
  const ids = messages.map(({ id }) => id);
  const rows = await access.query('threads', messagesOf(scope, keyOfThread(thread), ids), call);
  return new Map(rows.map((row) => [idOf(row), { message: messageOf(row, scope), writer: text(row, 'writer') }]));
}

/** The recent messages once one more was appended. */
export function withMessage(
  recent: readonly Recent[],
  { id, status, content }: NewMessage,
  seq: number,
): readonly Recent[] {
  const isContext = status !== 'PENDING' && status !== 'SUPERSEDED' && hasWords(content);
  return isContext ? withRecent(recent, { id, seq, text: windowOf(content) }) : recent;
}

function pendingOf({ id, status, createdAt, role }: NewMessage, seq: number): Pending[] {
  return status === 'PENDING' ? [{ id, seq, day: dayOf(createdAt), replies: repliesOf(role) }] : [];
}

function storedMessage(scope: OwnerScope, { thread }: Head, message: NewMessage, seq: number): Message {
  const indexing = indexingOf(message.content);
  return { ...scope, thread: thread.id, ...message, seq, indexing, failure: null, recalled: [] };
}
