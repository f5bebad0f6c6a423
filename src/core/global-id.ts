import { SkeinError } from './errors.ts';
import { ownerId } from './identity.ts';
import { parseMessageId, parseThreadId, type MessageKey, type ThreadKey } from './ids.ts';

/**
 * The ids that clients see: opaque, made from the type and the storage key, so that `node(id)` is a point read. The
 * tenant is not in them: it comes from the viewer, and an id of another tenant names nothing here.
 */
export type GlobalId = { kind: 'thread'; key: ThreadKey } | { kind: 'message'; key: MessageKey };

export function encodeThreadId(key: ThreadKey): string {
  return encode(['t', key.owner, key.thread]);
}

export function encodeMessageId(key: MessageKey): string {
  return encode(['m', key.owner, key.thread, key.message]);
}

function encode(parts: readonly string[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/** @returns what the id names, or null when it is none of Skein's ids */
export function decodeGlobalId(id: string): GlobalId | null {
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(id, 'base64url').toString('utf8'));
  } catch {
    return null;
  }
  if (!Array.isArray(parts)) return null;
  const [kind, ownerPart, threadPart, messagePart] = parts.map((part: unknown) =>
    typeof part === 'string' ? part : '',
  );
  const thread = parseThreadId(threadPart);
  if (ownerPart === undefined || ownerPart === '' || thread === null) return null;
  let decoded: GlobalId | null = null;
  try {
    const owner = ownerId(ownerPart);
    if (kind === 't') decoded = { kind: 'thread', key: { owner, thread } };
    const message = parseMessageId(messagePart);
    if (kind === 'm' && message !== null) decoded = { kind: 'message', key: { owner, thread, message } };
  } catch {
    return null;
  }
  if (decoded === null) return null;
  // One spelling per id: base64url ignores stray characters, and a client compares ids as strings.
  const canonical = decoded.kind === 'thread' ? encodeThreadId(decoded.key) : encodeMessageId(decoded.key);
  return canonical === id ? decoded : null;
}

/** @throws SkeinError NOT_FOUND when the id does not name a thread */
export function threadKeyOf(id: string, field: string): ThreadKey {
  const decoded = decodeGlobalId(id);
  if (decoded?.kind !== 'thread') throw new SkeinError('NOT_FOUND', `There is no thread with this id.`, { field });
  return decoded.key;
}

/** @throws SkeinError NOT_FOUND when the id does not name a message */
export function messageKeyOf(id: string, field: string): MessageKey {
  const decoded = decodeGlobalId(id);
  if (decoded?.kind !== 'message') throw new SkeinError('NOT_FOUND', `There is no message with this id.`, { field });
  return decoded.key;
}
