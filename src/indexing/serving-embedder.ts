import { isSameModel, type EmbeddingModel } from '../core/embedding-model.ts';
import { SkeinError } from '../core/errors.ts';
import { startMeter } from '../core/meter.ts';
import type { Embedder } from '../models/embedder.ts';
import type { IndexModels } from '../storage/indexed.ts';
import type { IndexStore } from '../storage/store.ts';

/** The embedder of the model whose vectors serve: what queries are to be embedded with. */
export type ServingEmbedder = {
  /** When that model cannot be asked, one whose every call throws UNAVAILABLE and says how far the switch is. */
  current(): Embedder;
  /** The model that serves while another is built, if it can be asked; null: it cannot, or none is built. */
  former(): Embedder | null;
  /** Looks anew which model serves. */
  follow(): Promise<void>;
  /** Closes what it has opened; the embedder it was given is its giver's. */
  close(): Promise<void>;
};

type ServingParts = {
  readonly index: Pick<IndexStore, 'models'>;
  /** The configured one. */
  readonly embedder: Embedder;
  /** Opens another model where it was asked before; null: what is configured now does not reach it. */
  readonly open: (model: EmbeddingModel) => Promise<Embedder | null>;
};

/** No query is embedded for longer. */
const LEAVE_MS = 60_000;

/** @param models as the index said when the configured model was adopted */
export async function openServingEmbedder(parts: ServingParts, models: IndexModels): Promise<ServingEmbedder> {
  const { index, embedder } = parts;
  let opened: Embedder | null = null;
  let current = embedder;
  const leaving = new Map<NodeJS.Timeout, Embedder>();
  await choose(models);

  /** Closed late, as queries may be under way. */
  function closeLater(leaver: Embedder): void {
    const timer = setTimeout(() => {
      leaving.delete(timer);
      void leaver.close();
    }, LEAVE_MS).unref();
    leaving.set(timer, leaver);
  }

  async function choose({ serving }: IndexModels): Promise<void> {
    if (serving !== null && isSameModel(serving, current) && (current === embedder || current === opened)) return;
    const before = opened;
    opened = null;
    if (serving === null || isSameModel(serving, embedder)) current = embedder;
    else {
      opened = await parts.open(serving);
      current = opened ?? unreachable(serving);
    }
    if (before !== null) closeLater(before);
  }

  /** Stands for a model that cannot be asked. */
  function unreachable({ model, dimensions, origin }: EmbeddingModel): Embedder {
    return {
      model,
      dimensions,
      origin,
      passageCharacters: embedder.passageCharacters,
      rankingWeight: embedder.rankingWeight,
      async embed() {
        const { building, done, total } = await index.models({ meter: startMeter() });
        const progress = building === null ? '' : ` (re-embedding: ${progressText(done, total)})`;
        throw new SkeinError(
          'UNAVAILABLE',
          `Search by meaning waits for the vectors of ${building?.model ?? embedder.model}${progress}; search by words (KEYWORD) meanwhile.`,
        );
      },
      close: () => Promise.resolve(),
    };
  }

  return {
    current: () => current,
    former: () => opened,
    async follow() {
      await choose(await index.models({ meter: startMeter() }));
    },
    async close() {
      for (const timer of leaving.keys()) clearTimeout(timer);
      for (const former of [opened, ...leaving.values()]) await former?.close();
    },
  };
}

/** `1,200 of 50,000` */
export function progressText(done: number, total: number): string {
  return `${done.toLocaleString('en-US')} of ${total.toLocaleString('en-US')}`;
}
