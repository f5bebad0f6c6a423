import { SkeinError } from '../../core/errors.ts';
import type { Call } from '../store.ts';
import type { Access, Operation } from './access.ts';
import { startPace } from './pacing.ts';
import { idOf, integer, tenantIn, text, threadKeyIn, type Item } from './rows.ts';
import { itemsOfOtherModels } from './index-queries.ts';

/** Which model's vectors are stored and searched. */
export type VectorModel = {
  /** How many components the container's vectors have; shorter ones are padded with zeros. */
  readonly dimensions: number;
  /** The name that items carry of a model with vectors of this length; null when it is not the adopted one. */
  nameFor(model: string, dimensions: number): string | null;
  /** The name of the adopted one. */
  current(): string | null;
  adopt(model: string, dimensions: number, call: Call): Promise<void>;
};

/** Where the adopted model is kept: no tenant has an empty name. */
const SETTINGS = { key: ['', '', ''], id: 'vectors' } as const;
const BATCH = 100;
const ROWS = 1_000;

export function createVectorModel({ access }: { access: Access }, dimensions: number): VectorModel {
  let adopted: string | null = null;

  return {
    dimensions,
    nameFor: (model, length) => (nameOf(model, length) === adopted ? adopted : null),
    current: () => adopted,
    async adopt(model, length, call) {
      if (length > dimensions) {
        throw new SkeinError(
          'UNAVAILABLE',
          `Container threads takes vectors of up to ${String(dimensions)} dimensions, but those of ${model} have ${String(length)}. Provision a database for it with infra/main.bicep.`,
        );
      }
      const name = nameOf(model, length);
      const stored = await access.read('threads', SETTINGS.key, SETTINGS.id, call);
      const isNew = stored === null || text(stored, 'vectorModel') !== name;
      if (isNew) await keep(name, stored !== null, call);
      adopted = name;
      if (!isNew && integer(stored, 'dropping') === 0) return;
      if (stored !== null) await dropOthers(name, call);
      await keep(name, false, call);
    },
  };

  /** `dropping`: another model's vectors are still to be removed, which a start that was broken off goes on with. */
  async function keep(name: string, dropping: boolean, call: Call): Promise<void> {
    const [tenantId, ownerId, threadId] = SETTINGS.key;
    const item: Item = {
      id: SETTINGS.id,
      kind: 'settings',
      tenantId,
      ownerId,
      threadId,
      vectorModel: name,
      dropping: Number(dropping),
    };
    await access.batch('threads', SETTINGS.key, [{ kind: 'upsert', item }], call);
  }

  /** Removes other models' passages; their messages, and those that failed, wait again. */
  async function dropOthers(name: string, call: Call): Promise<void> {
    for (const pace = startPace(access); ;) {
      const rows = await access.query('threads', itemsOfOtherModels(name, ROWS), call);
      if (rows.length === 0) return;
      await pace.stalled();
      const partitions = Map.groupBy(rows, (row) => JSON.stringify(partitionIn(row)));
      for (const items of partitions.values()) {
        const [first] = items;
        for (let at = 0; first !== undefined && at < items.length; at += BATCH) {
          const operations = items.slice(at, at + BATCH).map((row) => dropped(row, access.now()));
          const end = await access.batch('threads', partitionIn(first), operations, call);
          if (end.kind === 'done') pace.moved();
        }
      }
    }
  }
}

function dropped(row: Item, now: number): Operation {
  const id = idOf(row);
  if (row['kind'] === 'passage') return { kind: 'delete', id };
  return {
    kind: 'patch',
    id,
    changes: [
      { op: 'set', path: '/indexing', value: 'PENDING' },
      { op: 'set', path: '/waitingSince', value: now },
      { op: 'remove', path: '/vectorModel' },
    ],
  };
}

function partitionIn(row: Item): string[] {
  const { owner, thread } = threadKeyIn(row);
  return [tenantIn(row), owner, thread];
}

function nameOf(model: string, dimensions: number): string {
  return `${model}/${String(dimensions)}`;
}
