import type { OwnerId } from './identity.ts';
import type { ThreadKey } from './ids.ts';
import type { MessageStatus, Metadata, Role, ThreadStatus } from './thread.ts';

/** Half-open: from ≤ t < to, epoch milliseconds; a null side is open. */
export type TimeRange = { readonly from: number | null; readonly to: number | null };

/** An absent field does not filter; an empty list matches nothing; fields are joined by AND, a list's values by OR. */
export type ThreadFilter = {
  readonly ownerIds?: readonly OwnerId[];
  readonly statuses?: readonly ThreadStatus[];
  readonly agents?: readonly string[];
  readonly createdAt?: TimeRange;
  readonly lastMessageAt?: TimeRange;
  /** All pairs must be there. */
  readonly metadata?: Metadata;
};

/**
 * The one filter of lists, search and (later) statistics and export. An absent field does not filter, but for
 * `statuses`: absent means everything except SUPERSEDED.
 */
export type MessageFilter = {
  readonly threadKeys?: readonly ThreadKey[];
  readonly excludedThreadKeys?: readonly ThreadKey[];
  readonly ownerIds?: readonly OwnerId[];
  readonly roles?: readonly Role[];
  readonly authors?: readonly string[];
  /** The agent of the message's thread. */
  readonly agents?: readonly string[];
  readonly models?: readonly string[];
  readonly statuses?: readonly MessageStatus[];
  readonly createdAt?: TimeRange;
  readonly threadMetadata?: Metadata;
  readonly messageMetadata?: Metadata;
};
