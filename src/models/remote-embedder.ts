import { SkeinError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { ModelFailure } from './chat.ts';
import { embedInBatches, type BatchLimits } from './embed-in-batches.ts';
import type { Embedder } from './embedder.ts';
import { readVectors } from './embedding-vectors.ts';
import { withRetries, type RetryPolicy } from './retries.ts';
import { timedSignal, unlessAborted } from './timed-signal.ts';

export type RemoteEmbedding = {
  readonly provider: string;
  /** Where it is asked. */
  readonly endpoint: string;
  readonly model: string;
  /** As configured; null: as many as the model gives. */
  readonly dimensions: number | null;
  /** The name of the setting that holds them, for messages. */
  readonly dimensionsSetting: string;
  /**
   * Sends one request and gives the response's body.
   * @param dimensions to ask for; null to leave it to the model
   */
  readonly ask: (texts: readonly string[], dimensions: number | null, signal: AbortSignal) => Promise<unknown>;
  readonly explain: (error: unknown) => ModelFailure;
  readonly limits: BatchLimits;
  readonly retries: RetryPolicy;
  /** How long one request may take. */
  readonly answerMs: number;
  readonly passageCharacters: number;
  readonly rankingWeight: number;
  readonly log: Log;
};

/** Whether requests name the dimensions: a model that cannot be asked for fewer refuses the very parameter. */
type Asking = { readonly dimensions: number; readonly named: boolean };

/** Servers refuse texts without a character; this one stands for them, and means as little. */
const BLANK = '-';

/** How long to wait when the server did not say. */
const RETRY_AFTER_MS = 5_000;

/**
 * An embedder over a model server. It asks for one vector first, to learn how many dimensions the model gives and
 * whether it can be asked for others. A server that is down at the start is no reason not to start, as long as the
 * dimensions are configured: it is asked then with the first texts.
 * @throws SkeinError UNAVAILABLE when the model gives other dimensions than configured, when it refuses, or when it
 *   cannot be asked and the dimensions are not configured
 */
export async function startRemoteEmbedder(embedding: RemoteEmbedding): Promise<Embedder> {
  const { model, dimensions: configured, dimensionsSetting, log } = embedding;
  const closing = new AbortController();
  let asking: Asking | null = null;

  const send = async (texts: readonly string[], dimensions: number | null, signals: readonly AbortSignal[]) => {
    const time = timedSignal(signals, embedding.answerMs, late);
    const attempt = async () => {
      time.restart(embedding.answerMs);
      try {
        return readVectors(
          await unlessAborted(embedding.ask(texts, dimensions, time.signal), time.signal),
          texts.length,
        );
      } catch (error) {
        if (time.signal.aborted) throw time.signal.reason;
        throw error instanceof ModelFailure ? error : embedding.explain(error);
      }
    };
    try {
      return await withRetries(attempt, { policy: embedding.retries, signal: time.signal, log });
    } finally {
      time.release();
    }
  };

  const learn = async (signals: readonly AbortSignal[]): Promise<Asking> => {
    const native = await lengthOf(send(['dimensions'], null, signals));
    if (configured === null || native === configured) return { dimensions: native, named: false };
    const asked = await lengthOf(send(['dimensions'], configured, signals)).catch((error: unknown) => {
      if (error instanceof ModelFailure && error.code === 'REJECTED') return native;
      throw error;
    });
    if (asked === configured) return { dimensions: configured, named: true };
    throw wrongDimensions(model, asked, configured, dimensionsSetting);
  };

  /** Whether a failure is the fault of what was to be embedded. Of a refusal without a reason, a harmless text shows it. */
  const isOfTheText = async (error: unknown): Promise<boolean> => {
    if (!(error instanceof ModelFailure)) return false;
    if (error.code === 'CONTENT_FILTERED' || error.code === 'CONTEXT_TOO_LONG') return true;
    if (error.code !== 'REJECTED' || asking === null) return false;
    const harmless = send(['dimensions'], asking.named ? asking.dimensions : null, [closing.signal]);
    return harmless.then(
      () => true,
      () => false,
    );
  };

  try {
    asking = await learn([closing.signal]);
  } catch (error) {
    const passing = error instanceof ModelFailure && error.retryable;
    if (!passing || configured === null) throw publicError(error, configured === null ? dimensionsSetting : null);
    log.warn(
      { model, code: error.code },
      'the embedding model cannot be reached yet; its dimensions are taken as configured',
    );
  }
  const dimensions = asking?.dimensions ?? configured ?? 0;

  return {
    // Vectors of the same model with other dimensions cannot be compared.
    model: `${model}@${String(dimensions)}`,
    dimensions,
    origin: { provider: embedding.provider, host: new URL(embedding.endpoint).host, name: model },
    passageCharacters: embedding.passageCharacters,
    rankingWeight: embedding.rankingWeight,
    async embed(texts, options) {
      if (texts.length === 0) return [];
      const stop = new AbortController();
      const signals = [closing.signal, stop.signal, ...(options?.signal ? [options.signal] : [])];
      try {
        for (const signal of signals) signal.throwIfAborted();
        asking ??= await learn(signals);
        const named = asking.named ? dimensions : null;
        return await embedInBatches(texts.map(sendable), {
          limits: embedding.limits,
          send: async (batch) => {
            const vectors = await send(batch, named, signals);
            const other = vectors.find(({ length }) => length !== dimensions);
            if (other) throw wrongDimensions(model, other.length, dimensions, dimensionsSetting);
            return vectors;
          },
          log,
        });
      } catch (error) {
        // What other batches of this call are still asking for is of no use any more.
        stop.abort(error);
        if (options?.signal?.aborted === true) throw options.signal.reason;
        if (await isOfTheText(error)) {
          throw new SkeinError('BAD_USER_INPUT', 'The embedding model refuses this text.', { cause: error });
        }
        throw publicError(error, null);
      }
    },
    close() {
      closing.abort(new ModelFailure('UNAVAILABLE', 'The embedding model is closed.', { retryable: false }));
      return Promise.resolve();
    },
  };
}

async function lengthOf(answer: Promise<Float32Array[]>): Promise<number> {
  const [vector] = await answer;
  return vector?.length ?? 0;
}

function sendable(text: string): string {
  return text.trim() === '' ? BLANK : text.toWellFormed();
}

function late(): ModelFailure {
  return new ModelFailure('TIMEOUT', 'The embedding model did not answer in time.', { retryable: true });
}

function wrongDimensions(model: string, given: number, wanted: number, setting: string): SkeinError {
  return new SkeinError(
    'UNAVAILABLE',
    `The embedding model ${model} gives vectors of ${String(given)} dimensions where ${String(wanted)} are expected: set ${setting} to ${String(given)}, or choose another model.`,
  );
}

function publicError(error: unknown, missingSetting: string | null): unknown {
  if (!(error instanceof ModelFailure)) return error;
  const advice =
    error.retryable && missingSetting !== null
      ? ` With ${missingSetting} set, Skein starts without asking it first.`
      : '';
  return new SkeinError('UNAVAILABLE', `${error.message}${advice}`, {
    ...(error.retryable ? { retryAfterMs: error.retryAfterMs ?? RETRY_AFTER_MS } : {}),
    cause: error,
  });
}
