import { isSameModel, type EmbeddingModel } from '../../core/embedding-model.ts';
import type { Call } from '../store.ts';
import type { Access } from './access.ts';
import { startPace } from './pacing.ts';
import { etagOf, integer, itemIn, listOf, plain, text, type Item } from './rows.ts';

/** The vectors of one model. Its passages carry its name; messages the highest number that they have vectors of. */
export type Generation = EmbeddingModel & { readonly generation: number };

/** Whose vectors there are, for all servers. `retired`: served before or was given up, and is to be removed. */
export type Generations = {
  readonly serving: Generation | null;
  readonly building: Generation | null;
  readonly retired: readonly Generation[];
  readonly latest: number;
};

/** What is known of the models whose vectors there are. */
export type VectorModel = {
  /** How many components the container's vectors have; shorter ones are padded with zeros. */
  readonly dimensions: number;
  /** As last read by this process: another may have changed it. */
  known(): Generations;
  read(call: Call): Promise<Generations>;
  /** Changes it as it is by then; `null` for no change. */
  change(next: (now: Generations) => Generations | null, call: Call): Promise<Generations>;
  /** The name that passages carry of a model with vectors of this length; null: there are none. */
  nameFor(model: string, dimensions: number, call: Call): Promise<string | null>;
};

/** Where it is kept: no tenant has an empty name. */
const SETTINGS = { key: ['', '', ''], id: 'vectors' } as const;

const NOTHING: Generations = { serving: null, building: null, retired: [], latest: 0 };

export function createVectorModel({ access }: { access: Access }, dimensions: number): VectorModel {
  let known = NOTHING;

  async function readItem(call: Call): Promise<Item | null> {
    const item = await access.read('threads', SETTINGS.key, SETTINGS.id, call);
    known = item === null ? NOTHING : generationsOf(item);
    return item;
  }

  return {
    dimensions,
    known: () => known,

    async read(call) {
      await readItem(call);
      return known;
    },

    async change(next, call) {
      for (const pace = startPace(access); ;) {
        const stored = await readItem(call);
        const wanted = next(known);
        if (wanted === null) return known;
        const item = settingsItem(wanted);
        const operation =
          stored === null
            ? ({ kind: 'create', item } as const)
            : ({ kind: 'replace', item, etag: etagOf(stored) } as const);
        const end = await access.batch('threads', SETTINGS.key, [operation], call);
        // Refused, another server was first, or the answer to a first coming was lost: it is read again.
        if (end.kind === 'done') return (known = wanted);
        await pace.stalled();
      }
    },

    async nameFor(model, length, call) {
      const found = () => searched(known).find((one) => isSameModel(one, { model, dimensions: length }));
      if (found() === undefined) await readItem(call);
      const generation = found();
      return generation === undefined ? null : nameOf(generation);
    },
  };
}

/** The name that a generation's passages carry. */
export function nameOf({ model, dimensions, generation }: Generation): string {
  return `${model}/${String(dimensions)}#${String(generation)}`;
}

/** Those that queries are compared with, the newest of a model first. */
function searched({ serving, building, retired }: Generations): Generation[] {
  return [serving, building, ...retired.toReversed()].filter((one) => one !== null);
}

function settingsItem({ serving, building, retired, latest }: Generations): Item {
  const [tenantId, ownerId, threadId] = SETTINGS.key;
  return {
    id: SETTINGS.id,
    kind: 'settings',
    tenantId,
    ownerId,
    threadId,
    ...(serving && { serving: plain(serving) }),
    ...(building && { building: plain(building) }),
    retired: retired.map(plain),
    latest,
  };
}

function generationsOf(item: Item): Generations {
  const serving = itemIn(item, 'serving');
  const building = itemIn(item, 'building');
  return {
    serving: serving && generationOf(serving),
    building: building && generationOf(building),
    retired: listOf(item, 'retired').map(generationOf),
    latest: integer(item, 'latest'),
  };
}

function generationOf(item: Item): Generation {
  const origin = itemIn(item, 'origin') ?? {};
  const host = origin['host'];
  return {
    generation: integer(item, 'generation'),
    model: text(item, 'model'),
    dimensions: integer(item, 'dimensions'),
    origin: {
      provider: text(origin, 'provider'),
      host: typeof host === 'string' ? host : null,
      name: text(origin, 'name'),
    },
  };
}
