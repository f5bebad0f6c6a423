import type { OwnerScope } from '../../core/identity.ts';
import type { Thread } from '../../core/thread.ts';
import type { NewMessage } from '../store.ts';
import { deflated, inflated } from './packing.ts';
import { newMessageOf, requireInScope, text, type Item } from './rows.ts';

/** Parcels of an append that was broken off before it was committed are garbage, which nobody sees. */
const KEPT_SECONDS = 30 * 86_400;

/** A message that waits in its thread's partition for the append that it is part of to be committed. */
export function parcelItem(thread: Thread, writer: string, number: number, message: NewMessage): Item {
  return {
    id: parcelId(writer, number),
    kind: 'parcel',
    tenantId: thread.tenant,
    ownerId: thread.owner,
    threadId: thread.id,
    writer,
    number,
    packed: deflated(JSON.stringify(message)),
    ttl: KEPT_SECONDS,
  };
}

/** The message in a parcel. @throws Error when it is not of the scope */
export function parcelOf(item: Item, scope: OwnerScope): NewMessage {
  requireInScope(item, scope);
  return newMessageOf(JSON.parse(inflated(text(item, 'packed'))));
}

export function parcelId(writer: string, number: number): string {
  return `parcel-${writer}-${String(number)}`;
}
