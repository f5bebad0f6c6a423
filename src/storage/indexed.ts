import type { EmbeddingModel } from '../core/embedding-model.ts';
import type { TenantId } from '../core/identity.ts';
import type { MessageKey } from '../core/ids.ts';
import type { Message } from '../core/thread.ts';

/** A stretch of a message's content, in UTF-16 code units. */
export type Passage = { readonly start: number; readonly end: number };

/** A message that waits for its vectors. */
export type IndexTask = { readonly tenant: TenantId; readonly key: MessageKey; readonly message: Message };

/**
 * Up to `limit` of what waits: the oldest first, or the newest. Long messages may end the answer earlier: the one that
 * brings it to `WAITING_CHARACTERS` may be the last.
 */
export type IndexWindow = { readonly from: 'oldest' | 'newest'; readonly limit: number };

/**
 * A passage of a message with its vector, of unit length. Engines may store it as int8 (measured: loses nothing).
 * `textHash`: of exactly the text that was embedded and of whose it is; without it the vector is not found by its text.
 */
export type PassageVector = Passage & { readonly vector: Float32Array; readonly textHash?: string };

/** So much content is as much as anybody wants to hold at once. */
export const WAITING_CHARACTERS = 1_000_000;

export type IndexResult = {
  readonly tenant: TenantId;
  readonly key: MessageKey;
  readonly model: string;
  readonly outcome: { kind: 'embedded'; passages: readonly PassageVector[] } | { kind: 'failed'; reason: string };
};

/** Whose vectors an engine has. */
export type IndexModels = {
  /** The one that searches are served from; `Message.indexing` and `countPending` speak of it. Null before any. */
  readonly serving: EmbeddingModel | null;
  /** The one whose vectors are made to take its place; null: none. */
  readonly building: EmbeddingModel | null;
  /** How many messages the building one is through with, and of how many. 0 of 0 when none is built. */
  readonly done: number;
  readonly total: number;
};
