import { setTimeout as delay } from 'node:timers/promises';
import { SkeinError } from '../core/errors.ts';
import type { OwnerScope } from '../core/identity.ts';
import { LIMITS } from '../core/limits.ts';
import {
  keyOfMessage,
  type Failure,
  type Message,
  type Metadata,
  type Thread,
  type ToolCall,
  type Usage,
} from '../core/thread.ts';
import { ModelFailure, type ChatEvent } from '../models/chat.ts';
import type { Call, ReplyOutcome } from '../storage/store.ts';
import { askModel } from './ask-model.ts';
import type { EarlyAsk } from './early-ask.ts';
import type { SendInput } from './input.ts';
import type { ReplyWriter, Sent } from './replies.ts';
import type { SendingParts } from './sending-parts.ts';

/**
 * A reply that cannot be stored is tried again this often, with growing pauses, but not once this long has passed: the
 * store tries for some seconds itself, and somebody waits.
 */
const STORE_ATTEMPTS = 6;
const STORE_MS = 10_000;

/** The message and the place of its reply, as they are stored. */
export type Opened = {
  readonly thread: Thread;
  readonly userMessage: Message;
  readonly reply: Message;
  readonly early?: EarlyAsk | null;
};

/** What is known of a reply while it is being written. */
type Draft = {
  /** On the clock of `performance.now`. */
  askedAt: number;
  content: string;
  toolCalls: readonly ToolCall[];
  model: string;
  finishReason: string | null;
  usage: Usage | null;
  metadata: Metadata;
  recalled: readonly Message[];
};

/**
 * Has the model reply, and stores the end whatever it is: COMPLETE, or FAILED with what had come until then.
 * @throws SkeinError UNAVAILABLE when the end cannot be stored; the next start marks the reply FAILED
 */
export async function writeReply(
  parts: SendingParts,
  scope: OwnerScope,
  opened: Opened,
  input: SendInput,
  writer: ReplyWriter,
  call: Call,
): Promise<Sent> {
  const draft: Draft = {
    askedAt: performance.now(),
    content: '',
    toolCalls: [],
    model: input.model ?? parts.chat.model,
    finishReason: null,
    usage: null,
    metadata: {},
    recalled: [],
  };
  let failure: Failure | null = null;
  try {
    await stream(parts, scope, opened, input, writer, draft, call);
  } catch (error) {
    failure = failureOf(error, writer.signal, parts);
  }
  if (draft.usage !== null) call.meter.tokens(draft.usage);
  const { askedAt, ...written } = draft;
  const outcome: ReplyOutcome = {
    ...written,
    latencyMs: Math.round(performance.now() - askedAt),
    status: failure === null ? 'COMPLETE' : 'FAILED',
    failure,
    recalled: draft.recalled.map(keyOfMessage),
  };
  const { thread, reply } = await store(parts, scope, opened.reply, outcome, call);
  parts.stored();
  parts.feed.finished(reply);
  return { thread, userMessage: opened.userMessage, reply, failure: reply.failure };
}

async function stream(
  parts: SendingParts,
  scope: OwnerScope,
  { early, thread, userMessage, reply }: Opened,
  input: SendInput,
  writer: ReplyWriter,
  draft: Draft,
  call: Call,
): Promise<void> {
  const question = { thread, userMessage, before: reply.seq, latest: null };
  const asked = (await early?.claim(question)) ?? (await askModel(parts, scope, question, input, writer.signal, call));
  draft.askedAt = asked.at;
  draft.metadata = asked.leftOut;
  let bytes = 0;
  await call.meter.time('model', async () => {
    for await (const event of asked.events) {
      if (event.kind === 'delta') bytes += Buffer.byteLength(event.text);
      if (bytes > LIMITS.contentBytes) throw tooLong();
      apply(event, asked.recalled, writer, draft);
    }
  });
  if (draft.finishReason === null) {
    throw new ModelFailure('UNAVAILABLE', 'The model stopped before the reply was whole.', { retryable: true });
  }
}

function apply(event: ChatEvent, recalled: readonly Message[], writer: ReplyWriter, draft: Draft): void {
  if (event.kind === 'delta') {
    draft.content += event.text;
    draft.recalled = recalled;
    writer.wrote(event.text);
    return;
  }
  draft.model = event.model;
  draft.finishReason = event.finishReason;
  draft.usage = event.usage;
  draft.toolCalls = event.toolCalls;
  draft.recalled = recalled.filter((_, at) => event.drawnOn === null || event.drawnOn.includes(at + 1));
}

function tooLong(): ModelFailure {
  return new ModelFailure('REJECTED', 'The reply is longer than the 1 MB that a message may have.', {
    retryable: false,
  });
}

/** A run is stopped with a ModelFailure as the signal's reason, which says more than what the provider made of it. */
function failureOf(error: unknown, signal: AbortSignal, parts: SendingParts): Failure {
  const reason: unknown = signal.aborted ? signal.reason : error;
  if (reason instanceof ModelFailure) return reason.toFailure();
  parts.log.error({ err: reason }, 'a reply failed for a reason that no provider named');
  const message =
    reason instanceof SkeinError ? reason.message : 'The reply failed for an unexpected reason; the log has more.';
  return { code: 'UNAVAILABLE', message, retryable: true };
}

async function store(
  parts: SendingParts,
  scope: OwnerScope,
  reply: Message,
  outcome: ReplyOutcome,
  call: Call,
): Promise<{ thread: Thread; reply: Message }> {
  const started = performance.now();
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await parts.messages.finish(scope, keyOfMessage(reply), outcome, call);
    } catch (error) {
      const passing = error instanceof SkeinError && error.code === 'UNAVAILABLE';
      const isOver = attempt === STORE_ATTEMPTS || performance.now() - started > STORE_MS;
      if (!passing || isOver) throw error;
      // Equal jitter: half fixed, half random (Brooker, "Exponential Backoff and Jitter", 2015).
      const pause = 50 * 2 ** attempt;
      await delay(pause / 2 + Math.random() * (pause / 2));
    }
  }
}
