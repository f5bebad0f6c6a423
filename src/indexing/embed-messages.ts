import { createHash } from 'node:crypto';
import { detached } from '../core/detached.ts';
import { SkeinError } from '../core/errors.ts';
import { startMeter } from '../core/meter.ts';
import { giveWay } from '../core/turns.ts';
import type { Embedder } from '../models/embedder.ts';
import type { IndexResult, IndexTask, Passage } from '../storage/indexed.ts';
import type { IndexStore } from '../storage/store.ts';
import { cutPassages } from './passages.ts';

/** Texts a call: small enough that a search's own text never waits long behind them. */
const TEXTS_A_CALL = 32;

/** Vectors remembered by their text: those that are being stored, and what is said again and again. */
const REMEMBERED = 2_000;

/** Turns waiting messages into results. A text whose vector its owner has already is not embedded again. */
export type MessageEmbedder = {
  /**
   * One result a task, in order. A message whose text the model refuses is `failed`; the others are not affected.
   * @throws SkeinError UNAVAILABLE when the model cannot be reached, or the reason of the signal
   */
  embed(tasks: readonly IndexTask[], signal: AbortSignal): Promise<IndexResult[]>;
};

/** A passage with exactly the text that is embedded of it. */
type Prepared = Passage & { readonly text: string; readonly textHash: string };

type PreparedMessage = { readonly task: IndexTask; readonly passages: readonly Prepared[] };

/** @param index where vectors are looked for by their text */
export function createMessageEmbedder(embedder: Embedder, index: Pick<IndexStore, 'known'>): MessageEmbedder {
  const remembered = new Map<string, Float32Array>();

  /** By the hash of text and owner. */
  async function vectorsOf(
    messages: readonly PreparedMessage[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, Float32Array>> {
    const vectors = new Map<string, Float32Array>();
    const wanted = new Map(messages.flatMap(({ passages }) => passages.map(({ textHash, text }) => [textHash, text])));
    const take = async (found: (textHash: string, text: string) => Float32Array | null | undefined) => {
      for (const [textHash, text] of wanted) {
        await giveWay();
        const vector = found(textHash, text) ?? null;
        if (vector !== null && !vectors.has(textHash)) vectors.set(textHash, vector);
      }
      return [...wanted.keys()].filter((hash) => !vectors.has(hash));
    };
    const unknown = await take((_, text) => remembered.get(text));
    const known =
      unknown.length === 0 ? [] : await index.known(embedder.model, unknown, { meter: startMeter(), signal });
    const stored = new Map(unknown.map((hash, at) => [hash, known[at]]));
    const missing = new Set((await take((hash) => stored.get(hash))).map((hash) => wanted.get(hash) ?? ''));
    // A text is sent once, whoever says it.
    const embedded = await embedAll([...missing], signal);
    await take((_, text) => embedded.get(text));
    return vectors;
  }

  async function embedAll(missing: readonly string[], signal: AbortSignal): Promise<Map<string, Float32Array>> {
    const vectors = new Map<string, Float32Array>();
    for (let at = 0; at < missing.length; at += TEXTS_A_CALL) {
      const slice = missing.slice(at, at + TEXTS_A_CALL);
      const embedded = await embedder.embed(slice, { signal });
      for (const [place, text] of slice.entries()) {
        const vector = embedded[place];
        if (vector === undefined) throw new Error('The embedder gave fewer vectors than it was given texts.');
        vectors.set(text, vector);
        remember(text, vector);
      }
    }
    return vectors;
  }

  function remember(text: string, vector: Float32Array): void {
    remembered.set(detached(text), vector);
    const oldest = remembered.keys().next();
    if (remembered.size > REMEMBERED && oldest.done !== true) remembered.delete(oldest.value);
  }

  async function prepare(task: IndexTask): Promise<PreparedMessage> {
    const { author, content } = task.message;
    const passages: Prepared[] = [];
    for (const { start, end } of cutPassages(content, embedder.passageCharacters)) {
      await giveWay();
      // Who said it is part of what was said. Measured: 16 points of recall at 10 by meaning, where speakers have names.
      const text = (author === null ? '' : `${author}: `) + content.slice(start, end);
      passages.push({ start, end, text, textHash: hashOf(task, text) });
    }
    return { task, passages };
  }

  function resultOf({ task, passages }: PreparedMessage, vectors: ReadonlyMap<string, Float32Array>): IndexResult {
    const embedded = passages.map(({ start, end, textHash }) => {
      const vector = vectors.get(textHash);
      if (vector === undefined) throw new Error('A passage was left without its vector.');
      return { start, end, textHash, vector };
    });
    return result(task, { kind: 'embedded', passages: embedded });
  }

  function result({ tenant, key }: IndexTask, outcome: IndexResult['outcome']): IndexResult {
    return { tenant, key, model: embedder.model, outcome };
  }

  async function embedOne(prepared: PreparedMessage, signal: AbortSignal): Promise<IndexResult> {
    try {
      return resultOf(prepared, await vectorsOf([prepared], signal));
    } catch (error) {
      if (isPassing(error, signal)) throw error;
      return result(prepared.task, { kind: 'failed', reason: reasonOf(error) });
    }
  }

  return {
    async embed(tasks, signal) {
      const prepared: PreparedMessage[] = [];
      for (const task of tasks) prepared.push(await prepare(task));
      try {
        const vectors = await vectorsOf(prepared, signal);
        return prepared.map((one) => resultOf(one, vectors));
      } catch (error) {
        if (isPassing(error, signal)) throw error;
      }
      // Something in these is refused: one by one shows which.
      const results: IndexResult[] = [];
      for (const one of prepared) results.push(await embedOne(one, signal));
      return results;
    },
  };
}

/** Whether trying again later may help: the text is not at fault. */
function isPassing(error: unknown, signal: AbortSignal): boolean {
  return signal.aborted || (error instanceof SkeinError && PASSING.has(error.code));
}

const PASSING: ReadonlySet<string> = new Set(['UNAVAILABLE', 'RATE_LIMITED']);

function reasonOf(error: unknown): string {
  return error instanceof SkeinError ? error.message : 'The embedder failed.';
}

/** Of a text and of whose it is: nobody's vectors are found by another's text. 128 bits. */
function hashOf({ tenant, key: { owner } }: IndexTask, text: string): string {
  const hash = createHash('sha256').update(JSON.stringify([tenant, owner, text]));
  return hash.digest().subarray(0, 16).toString('base64url');
}
