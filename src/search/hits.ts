import type { Message } from '../core/thread.ts';
import type { MessageKey, ThreadKey } from '../core/ids.ts';

export type SearchMode = 'HYBRID' | 'MEANING' | 'KEYWORD';

export type MatchKind = 'KEYWORD' | 'MEANING';

/** A run of the message's content that matched, in UTF-16 code units; `end` is exclusive. */
export type Highlight = { readonly start: number; readonly end: number; readonly text: string };

/** A message that a search found. Scores lie in 0 to 1 and mean the same from page to page of one search. */
export type MessageHit = {
  readonly message: Message;
  readonly score: number;
  readonly matchedBy: readonly MatchKind[];
  readonly keywordScore: number | null;
  readonly meaningScore: number | null;
  /** The other messages with the same text that it stands for, the best first. */
  readonly duplicates: readonly MessageKey[];
  /** What messages with the same text share; null where it is not known. */
  readonly fingerprint: string | null;
  /** What to show of it: looked for when it is first asked for, as a message may be long. */
  readonly shown: () => Promise<Shown>;
};

/** What of a message is shown to whoever searched. */
export type Shown = {
  /** In order, without overlap; at most 100, those around the best part. */
  readonly highlights: readonly Highlight[];
  /** Where the part that fits best starts and ends in the content: what a snippet is cut around. */
  readonly best: { readonly start: number; readonly end: number };
};

/** A thread by the best of its messages. */
export type ThreadHit = {
  readonly thread: ThreadKey;
  readonly score: number;
  /** The best first; at most 5. */
  readonly hits: readonly MessageHit[];
};
