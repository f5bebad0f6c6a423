import type { MessageRecord, ThreadRecord } from './record.ts';

/** A thread of a file, ready to be stored: valid, its messages in their final order. */
export type SourceThread = {
  /** Where it is in the file, for people: `line 12`, `conversation 3 "Holiday plans"`. */
  readonly place: string;
  readonly thread: ThreadRecord;
  /** Whether the file itself describes the thread, and does not only mention it in its messages. */
  readonly described: boolean;
  /** Roughly how much memory its messages hold; 0 when they are read as they are taken. */
  readonly bytes: number;
  /** To be taken once, in order; advances the progress as it goes. */
  readonly messages: Iterable<MessageRecord>;
};

/** A file's threads, to be taken once. They may be stored side by side, until the source is closed. */
export type Source = { readonly threads: AsyncIterable<SourceThread>; close(): void };

/** What a reader tells while it reads. */
export interface SourceListener {
  /** A new stage of the work: `Checking`, 1,048,576 bytes of it. */
  readonly stage: (name: string, total: number, unit: 'bytes' | 'messages') => void;
  /** How far the stage is. */
  readonly reached: (done: number) => void;
  /** A record that is left out. */
  readonly bad: (place: string, reason: string) => void;
  /** A record that the file has more than once, word for word. */
  readonly repeated: () => void;
  /** Good messages left out because the line of their thread is bad. */
  readonly withheld: (messages: number) => void;
}

/** What a reader is given. */
export type SourceInput = {
  readonly file: OpenFile;
  readonly listener: SourceListener;
  /** Once aborted, a reader ends at the next chunk. */
  readonly signal: AbortSignal;
  readonly now: () => number;
};

/** A file on disk, open for reading. */
export type OpenFile = {
  readonly size: number;
  /**
   * The bytes in order; `reached` is told after each chunk how many have gone by. A chunk holds until the next is asked
   * for, then its memory is used again: buffers for a file of 1 GB are garbage that piles up faster than it is seen.
   */
  chunks(reached?: (bytes: number) => void): AsyncGenerator<Buffer>;
  /** @returns bytes that hold until the next read; fewer than asked for where the file ends */
  read(offset: number, length: number): Buffer;
};
