import type { MessageKey } from '../core/ids.ts';
import type { Passage } from './indexed.ts';

/** What must hold of a message beside fitting well. Words are folded (`core/words.ts`), not stemmed. */
export type WordConstraints = {
  /** Runs of words that must all be in the message's own text, in this order and next to each other. */
  readonly phrases: readonly (readonly string[])[];
  /** Words none of which may be in the message's own text, in any form. */
  readonly excluded: readonly string[];
  /** Names, as runs of words: all words of one of them must be in the author's name. None: any author. */
  readonly authors: readonly (readonly string[])[];
};

export type KeywordQuery = WordConstraints & {
  /** Words to look for, folded and not stemmed, any of which may match; stop words gone. */
  readonly terms: readonly string[];
  /** How near to what the messages found are wanted, too, if that is known in time. */
  readonly near?: ComingVector;
};

/** A vector that may still be on its way from the embedder, and the model that makes it. */
export type ComingVector = {
  readonly model: string;
  readonly dimensions: number;
  /** Rejected: it does not come. */
  readonly vector: Promise<Float32Array>;
};

export type MeaningQuery = WordConstraints & {
  readonly vector: Float32Array;
  /** The model that made the vector: it is compared with vectors of that one only, served or being built. */
  readonly model: string;
  /** Words to count in what is found. */
  readonly terms: readonly string[];
  /** Messages that words found, whose cosine is wanted too. A promise, where words are still being looked up. */
  readonly alongside: readonly KeywordCandidate[] | Promise<readonly KeywordCandidate[]>;
};

/** Where a message's words are found: in itself, its author, the date, and the nearest messages that have content. */
export type SearchField = 'text' | 'author' | 'said' | 'previous' | 'earlier' | 'next';

/** What the ranking needs to know of a message's words. Of a neighbour only the beginning counts (`search-text.ts`). */
export type WordCounts = {
  /** Words in all fields. */
  readonly length: number;
  /** For each term of the query, in its order, how often it is in each field, in any of its forms. */
  readonly terms: readonly Readonly<Record<SearchField, number>>[];
  /**
   * The same for messages whose own text has the same words in the same order, whatever stands between them; different
   * forms of a word may count as the same. Null for a text without words. Means nothing beyond the answer it is in.
   */
  readonly fingerprint: string | null;
};

export type KeywordCandidate = { readonly key: MessageKey; readonly counts: WordCounts };

export type KeywordCandidates = {
  readonly candidates: readonly KeywordCandidate[];
  /** What the ranking may know of the whole scope; null where asking would cost too much. */
  readonly statistics: { readonly messages: number; readonly frequencies: readonly number[] } | null;
  /**
   * How near to the query's `near` each of them is, in their order; null for one without vectors of its model. Not there
   * when it did not come in time, or the engine does not tell: `byMeaning` does then.
   */
  readonly nearness?: readonly (Nearness | null)[];
};

/** `cosine` is that of the message's best passage, −1 to 1; `passage` says which, in UTF-16 code units. */
export type Nearness = { readonly cosine: number; readonly passage: Passage };

export type MeaningCandidate = Nearness & { readonly key: MessageKey; readonly counts: WordCounts };

export type MeaningCandidates = {
  readonly candidates: readonly MeaningCandidate[];
  /** In the order asked; null for a message without vectors of this model. */
  readonly alongside: readonly (Nearness | null)[];
};
