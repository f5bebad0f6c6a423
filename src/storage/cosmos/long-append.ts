import type { OwnerScope } from '../../core/identity.ts';
import type { Call, NewMessage } from '../store.ts';
import type { Operation } from './access.ts';
import { appendedHead, knownOf, type Known } from './appended.ts';
import { inBatches } from './batches.ts';
import { fileParcels } from './filing.ts';
import { partitionOf, type Head } from './head.ts';
import { replaceHead } from './heads.ts';
import { parcelItem } from './parcels.ts';
import type { Parts } from './parts.ts';

/** An append whose messages are stored in parcels. Their numbers are their places in `messages`. */
export type ParcelAppend = { readonly writer: string; readonly messages: readonly NewMessage[] };

type Filed = { readonly head: Head; readonly fresh: readonly NewMessage[]; readonly known: ReadonlyMap<string, Known> };

/**
 * First part of an append that is too much for a batch (100 operations, 2 MB): its messages are put beside the thread,
 * in as many batches as it takes, where nobody sees them.
 */
export async function storeParcels(
  { access }: Parts,
  scope: OwnerScope,
  { thread }: Head,
  append: ParcelAppend,
  call: Call,
): Promise<ParcelAppend> {
  const operations = append.messages.map((message, number): Operation => ({
    kind: 'upsert',
    item: parcelItem(thread, append.writer, number, message),
  }));
  for (const batch of inBatches(operations)) await access.batch('threads', partitionOf(scope, thread.id), batch, call);
  return append;
}

/**
 * Second part: one write of the head counts them in and says where they are, which commits the append; then they are
 * stored one by one. Null when another write got ahead.
 */
export async function appendInParcels(
  parts: Parts,
  scope: OwnerScope,
  head: Head,
  { writer, messages }: ParcelAppend,
  call: Call,
): Promise<Filed | null> {
  const known = await knownOf(parts.access, scope, head, messages, call);
  const fresh = messages.filter(({ id }) => !known.has(id));
  if (fresh.length === 0) return { head, fresh, known };
  const numbers = messages.flatMap(({ id }, number) => (known.has(id) ? [] : [number]));
  const filing = { writer, seq: head.nextSeq, numbers, before: head.recent };
  const committed = await replaceHead(parts, scope, { ...appendedHead(head, fresh), filing }, call);
  if (committed === null) return null;
  await fileParcels(parts, scope, committed, call);
  return { head: committed, fresh, known };
}
