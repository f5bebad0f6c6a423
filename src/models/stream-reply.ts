import type { Log } from '../core/log.ts';
import { ModelFailure, type ChatEvent } from './chat.ts';
import { assembleReply } from './completion-chunks.ts';
import { withRetries, type RetryPolicy } from './retries.ts';
import { timedSignal, unlessAborted, type TimedSignal } from './timed-signal.ts';

/** How long a chat model may take, in milliseconds. */
export type Patience = {
  /** Without an event, before the first word. A model that reasons first is silent for long. */
  readonly firstByteMs: number;
  /** Without an event, once it speaks. */
  readonly stallMs: number;
  /** For the whole reply, repeated tries included. */
  readonly overallMs: number;
};

export const DEFAULT_PATIENCE: Patience = { firstByteMs: 120_000, stallMs: 30_000, overallMs: 900_000 };

/** Usage comes right after the end of a reply, or not at all. */
const USAGE_MS = 5_000;

export type ReplyStream = {
  /** Sends the request and gives the chunks of its answer, each parsed from JSON. */
  readonly open: (signal: AbortSignal) => Promise<AsyncIterable<unknown>>;
  /** What an error of the provider's means. */
  readonly explain: (error: unknown) => ModelFailure;
  /** As the request names it; the answer may know better. */
  readonly model: string;
  /** Any of them stops the reply. */
  readonly signals: readonly AbortSignal[];
  readonly patience: Patience;
  readonly retries: RetryPolicy;
  readonly log: Log;
};

/**
 * Streams one reply of a server that speaks chat completions. It is asked again as long as it has said nothing: from the
 * first delta on a failure ends the reply.
 * @throws ModelFailure
 */
export async function* streamReply(stream: ReplyStream): AsyncGenerator<ChatEvent, void> {
  const { patience, retries, log, explain } = stream;
  const overall = timedSignal(stream.signals, patience.overallMs, () => late('took too long over the reply'));
  let silence: TimedSignal | undefined;
  let whole = false;

  const failure = (error: unknown): ModelFailure => {
    const { signal } = silence ?? overall;
    if (!signal.aborted) return error instanceof ModelFailure ? error : explain(error);
    return signal.reason instanceof ModelFailure ? signal.reason : cancelled(signal.reason);
  };
  const attempt = async () => {
    silence?.release();
    silence = timedSignal([overall.signal], patience.firstByteMs, () => late('did not begin to answer in time'));
    const events = readEvents(stream, silence);
    try {
      return { events, first: await events.next() };
    } catch (error) {
      throw failure(error);
    }
  };

  try {
    const { events, first } = await withRetries(attempt, { policy: retries, signal: overall.signal, log });
    if (first.done !== true) yield first.value;
    yield* events;
    whole = true;
  } catch (error) {
    const { code, retryable } = failure(error);
    log.debug({ code, retryable }, 'a chat model failed');
    throw failure(error);
  } finally {
    // Whoever stops listening ends the request, too.
    if (!whole) silence?.abort(cancelled(undefined));
    silence?.release();
    overall.release();
  }
}

async function* readEvents(
  { open, model, patience }: ReplyStream,
  silence: TimedSignal,
): AsyncGenerator<ChatEvent, void> {
  let speaks = false;
  const heard = (whole: boolean) => {
    const spoken = speaks ? patience.stallMs : patience.firstByteMs;
    silence.restart(whole ? Math.min(USAGE_MS, spoken) : spoken);
  };
  const chunks = await unlessAborted(open(silence.signal), silence.signal);
  for await (const event of assembleReply(untilAborted(chunks, silence.signal), { model, heard })) {
    if (event.kind === 'delta' && !speaks) {
      speaks = true;
      silence.restart(patience.stallMs);
    }
    yield event;
  }
}

/** An SDK may end its stream without a word when it is aborted, which would look like a stream that was cut. */
async function* untilAborted(chunks: AsyncIterable<unknown>, signal: AbortSignal): AsyncGenerator<unknown, void> {
  for await (const chunk of chunks) {
    yield chunk;
    signal.throwIfAborted();
  }
  signal.throwIfAborted();
}

function late(what: string): ModelFailure {
  return new ModelFailure('TIMEOUT', `The model’s server ${what}.`, { retryable: true });
}

function cancelled(cause: unknown): ModelFailure {
  return new ModelFailure('CANCELLED', 'The reply was cancelled.', { retryable: true, cause });
}
