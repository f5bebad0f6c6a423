import { z } from 'zod';
import { SkeinError } from '../core/errors.ts';
import { parseThreadId } from '../core/ids.ts';
import type { Message, Thread } from '../core/thread.ts';
import type { ThreadOrder, ThreadPosition } from '../storage/store.ts';

const messageCursor = z.tuple([z.literal('m'), z.int().min(0)]);
const threadCursor = z.tuple([z.literal('t'), z.string(), z.number(), z.string()]);

/** A message's cursor is its seq: appends and deletions move nothing. */
export function cursorOfMessage(message: Message): string {
  return encode(['m', message.seq]);
}

/** @throws SkeinError BAD_USER_INPUT when it is not a cursor of a list of messages */
export function messagePosition(cursor: string, argument: string): number {
  const parsed = messageCursor.safeParse(decode(cursor));
  if (!parsed.success) throw malformed(argument, 'messages');
  return parsed.data[1];
}

/** A thread's cursor is the value it is ordered by, and its id for those with the same value. */
export function cursorOfThread(thread: Thread, order: ThreadOrder): string {
  return encode(['t', order.field, orderValue(thread, order), thread.id]);
}

/** @throws SkeinError BAD_USER_INPUT when it is not a cursor of a list in this order */
export function threadPosition(cursor: string, argument: string, order: ThreadOrder): ThreadPosition {
  const parsed = threadCursor.safeParse(decode(cursor));
  const thread = parsed.success ? parseThreadId(parsed.data[3]) : null;
  if (!parsed.success || thread === null) throw malformed(argument, 'threads');
  const [, field, value] = parsed.data;
  if (field !== order.field) {
    throw new SkeinError('BAD_USER_INPUT', `\`${argument}\` is a cursor of a list in another order.`, {
      field: argument,
    });
  }
  return { value, thread };
}

function orderValue(thread: Thread, order: ThreadOrder): number {
  switch (order.field) {
    case 'CREATED_AT':
      return thread.createdAt;
    case 'UPDATED_AT':
      return thread.updatedAt;
    case 'LAST_MESSAGE_AT':
      return thread.lastMessageAt ?? thread.createdAt;
  }
}

function encode(parts: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

function decode(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return null;
  }
}

function malformed(argument: string, what: string): SkeinError {
  return new SkeinError('BAD_USER_INPUT', `\`${argument}\` is not a cursor of a list of ${what}.`, { field: argument });
}
