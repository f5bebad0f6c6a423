import { createHash } from 'node:crypto';
import { v7 } from 'uuid';
import type { OwnerId } from './identity.ts';

/** A thread's storage key within its owner. */
export type ThreadId = string & { readonly brand: 'ThreadId' };

/** A message's storage key within its thread. */
export type MessageId = string & { readonly brand: 'MessageId' };

/** With the tenant of the scope, the full storage key of a thread: enough for a point read. */
export type ThreadKey = { readonly owner: OwnerId; readonly thread: ThreadId };

/** With the tenant of the scope, the full storage key of a message: enough for a point read. */
export type MessageKey = ThreadKey & { readonly message: MessageId };

/**
 * @param idempotencyKey where given, the id is derived from it, so that a repeated creation meets the first
 */
export function newThreadId(owner: OwnerId, idempotencyKey: string | null): ThreadId {
  return (idempotencyKey === null ? v7() : derivedUuid('thread', owner, idempotencyKey)) as ThreadId;
}

/**
 * @param idempotencyKey where given, the id is derived from thread and key, so that a repeated append meets the first
 */
export function newMessageId(thread: ThreadKey, idempotencyKey: string | null): MessageId {
  return (
    idempotencyKey === null ? v7() : derivedUuid('message', thread.owner, thread.thread, idempotencyKey)
  ) as MessageId;
}

/** The id of the reply that answers a message: derived, so that one message has one first reply whoever asks. */
export function replyIdFor(message: MessageKey): MessageId {
  return derivedUuid('reply', message.owner, message.thread, message.message) as MessageId;
}

/** A UUID version 8 (RFC 9562, section 5.8) of the SHA-256 over the parts, each length-prefixed. */
function derivedUuid(...parts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${String(Buffer.byteLength(part))}:${part}`);
  const bytes = hash.digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** @returns the value as a thread's key, or null when it cannot be one */
export function parseThreadId(value: unknown): ThreadId | null {
  return typeof value === 'string' && UUID.test(value) ? (value as ThreadId) : null;
}

/** @returns the value as a message's key, or null when it cannot be one */
export function parseMessageId(value: unknown): MessageId | null {
  return typeof value === 'string' && UUID.test(value) ? (value as MessageId) : null;
}

/** One string per thread key, for maps. */
export function threadKeyText(key: ThreadKey): string {
  return `${key.owner}\n${key.thread}`;
}

/** One string per message key, for maps. */
export function messageKeyText(key: MessageKey): string {
  return `${key.owner}\n${key.thread}\n${key.message}`;
}
