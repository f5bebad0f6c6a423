import { setImmediate } from 'node:timers/promises';
import { SkeinError } from '../core/errors.ts';
import type { OwnerScope } from '../core/identity.ts';
import { newThreadId, type ThreadKey } from '../core/ids.ts';
import { LIMITS } from '../core/limits.ts';
import { startMeter } from '../core/meter.ts';
import type { Call, Engine, NewThread } from '../storage/store.ts';
import { eachAtOnce } from './each-at-once.ts';
import { toNewMessage, type MessageRecord, type ThreadRecord } from './record.ts';
import { readChatGpt } from './read-chatgpt.ts';
import { readSkeinLines } from './read-skein-lines.ts';
import { HEAD_BYTES, recognise, type FileFormat } from './recognise.ts';
import type { OpenFile, Source, SourceInput, SourceListener, SourceThread } from './source.ts';

/** What an import did. */
export type ImportReport = {
  readonly format: FileFormat;
  /** Threads and messages that were added. */
  readonly threads: number;
  readonly messages: number;
  /** Threads and messages that were there already, or more than once in the file. */
  readonly skipped: number;
  /** Records that were refused; each was told with its place and reason. */
  readonly bad: number;
  /** Good messages left out because the line of their thread is bad. They come in once it is mended. */
  readonly withheld: number;
  /** Threads that were added without a line of their own, because messages name them. */
  readonly mentioned: number;
  /** The signal ended it early: what is counted here is stored, and the same import run again goes on. */
  readonly interrupted: boolean;
};

type ImportInput = Pick<SourceInput, 'signal' | 'now'> & {
  readonly file: OpenFile;
  /** The file's name, for messages. */
  readonly name: string;
  readonly engine: Pick<Engine, 'threads' | 'messages'>;
  readonly scope: OwnerScope;
  readonly listener: Pick<SourceListener, 'stage' | 'reached' | 'bad'>;
};

/** A batch is one transaction: enough messages to make it worth while, few enough bytes for every engine. */
const BATCH_BYTES = 1_048_576;

/**
 * Stores what a file holds as threads of one owner. Keys of the file become idempotency keys, so that what is there
 * already is met and not stored again: the import may be repeated, interrupted and continued, or run on a longer file.
 * A thread's messages are appended in order; one that turns up in a later import comes after those that are there.
 *
 * @throws SkeinError BAD_USER_INPUT when the file's format is not known; CONFLICT when it changes underneath; what the
 * engine throws when it is UNAVAILABLE. What was stored until then stays.
 */
export async function importRecords(input: ImportInput): Promise<ImportReport> {
  const { file, engine, scope, signal, now } = input;
  const format = recognise(file.read(0, HEAD_BYTES), input.name);
  const counts = { threads: 0, messages: 0, skipped: 0, bad: 0, withheld: 0, mentioned: 0 };
  const listener: SourceListener = {
    ...input.listener,
    bad(place, reason) {
      counts.bad += 1;
      input.listener.bad(place, reason);
    },
    repeated() {
      counts.skipped += 1;
    },
    withheld(messages) {
      counts.withheld += messages;
    },
  };
  const call: Call = { meter: startMeter() };
  const source = read(format, { file, listener, signal, now });
  try {
    await eachAtOnce(source.threads, { ...AT_ONCE, signal }, storeOrTell);
  } finally {
    source.close();
  }
  return { format, ...counts, interrupted: signal.aborted };

  async function storeOrTell(item: SourceThread): Promise<void> {
    try {
      await store(item);
    } catch (error) {
      if (!(error instanceof SkeinError) || !THREADS_OWN.has(error.code)) throw error;
      listener.bad(item.place, `could not be stored: ${error.message}`);
    }
  }

  async function store(item: SourceThread): Promise<void> {
    const id = newThreadId(scope.owner, item.thread.key);
    const { created } = await engine.threads.create(scope, toThread(item.thread, id, now()), call);
    if (created) counts.threads += 1;
    else if (item.described) counts.skipped += 1;
    if (created && !item.described) counts.mentioned += 1;
    for (const batch of batches(item.messages)) {
      const key: ThreadKey = { owner: scope.owner, thread: id };
      const messages = batch.map((message) => toNewMessage(message, key, now()));
      const appended = await engine.messages.append(scope, id, messages, call);
      const added = appended.messages.filter((message) => message.created).length;
      counts.messages += added;
      counts.skipped += batch.length - added;
      // An engine in this process may never wait for the outside: without a turn of the loop, no Ctrl-C is heard.
      await setImmediate();
      if (signal.aborted) return;
    }
  }
}

/** Enough threads at once to fill an engine's group commit or the wait for a network; few MB held for it. */
const AT_ONCE = {
  atOnce: 8,
  most: 4 * 1024 * 1024,
  weigh: (item: SourceThread) => item.bytes,
  keyOf: (item: SourceThread) => item.thread.key,
};

/** Faults of one thread (it has expired in the store, say); the others can still be stored. */
const THREADS_OWN: ReadonlySet<string> = new Set(['NOT_FOUND', 'LIMIT_EXCEEDED', 'BAD_USER_INPUT']);

function read(format: FileFormat, input: SourceInput): Source {
  switch (format) {
    case 'skein-lines':
      return readSkeinLines(input);
    case 'chatgpt-array':
      return readChatGpt(input, 'array');
    case 'chatgpt-sequence':
      return readChatGpt(input, 'sequence');
  }
}

function* batches(messages: Iterable<MessageRecord>): Generator<MessageRecord[]> {
  let batch: MessageRecord[] = [];
  let size = 0;
  for (const message of messages) {
    const more = message.content.length + message.toolCalls.reduce((sum, call) => sum + call.arguments.length, 0);
    if (batch.length === LIMITS.appendBatch || (batch.length > 0 && size + more > BATCH_BYTES)) {
      yield batch;
      batch = [];
      size = 0;
    }
    batch.push(message);
    size += more;
  }
  if (batch.length > 0) yield batch;
}

function toThread(record: ThreadRecord, id: NewThread['id'], now: number): NewThread {
  const { title, agent, instructions, status, metadata, expiresAt } = record;
  return { id, title, agent, instructions, status, metadata, expiresAt, createdAt: record.createdAt ?? now };
}
