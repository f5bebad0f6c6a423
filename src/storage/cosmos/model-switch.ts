import { SkeinError } from '../../core/errors.ts';
import { isSameModel, type EmbeddingModel } from '../../core/embedding-model.ts';
import type { IndexModels } from '../indexed.ts';
import type { Call } from '../store.ts';
import type { Operation } from './access.ts';
import { changeAll } from './change-all.ts';
import {
  builtCount,
  itemsToSettle,
  messagesLeftBehind,
  passagesOfOthers,
  searchedCount,
  stillNeeded,
} from './switch-queries.ts';
import type { Parts } from './parts.ts';
import { idOf, integer, textOrNull, type Item } from './rows.ts';
import { nameOf, type Generation, type Generations } from './vector-model.ts';

type Switching = Pick<Parts, 'access' | 'vectors'>;

/** Which models there are, and how far the building one is: counted, while there is one. */
export async function indexModels({ access, vectors }: Switching, call: Call): Promise<IndexModels> {
  const { serving, building } = await vectors.read(call);
  const models = { serving: serving && modelOf(serving), building: building && modelOf(building) };
  if (building === null) return { ...models, done: 0, total: 0 };
  const count = async (query: ReturnType<typeof searchedCount>) => {
    const [row] = await access.query('threads', query, call);
    return row === undefined ? 0 : integer(row, 'value');
  };
  const now = access.now();
  const [done, total] = await Promise.all([count(builtCount(building.generation, now)), count(searchedCount(now))]);
  return { ...models, done, total: Math.max(done, total) };
}

function modelOf({ model, dimensions, origin }: Generation): EmbeddingModel {
  return { model, dimensions, origin };
}

/** Has a model serve, if it is the first, or be built in the place of another that was being built. Drops nothing. */
export async function adoptModel(parts: Switching, wanted: EmbeddingModel, call: Call): Promise<IndexModels> {
  const { dimensions } = parts.vectors;
  if (wanted.dimensions > dimensions) {
    throw new SkeinError(
      'UNAVAILABLE',
      `Container threads takes vectors of up to ${String(dimensions)} dimensions, but those of ${wanted.model} have ${String(wanted.dimensions)}. ` +
        `A container's dimensions cannot be changed: have the model give ${String(dimensions)} or fewer, or provision another database with infra/main.bicep, embeddingDimensions=${String(wanted.dimensions)}.`,
    );
  }
  await parts.vectors.change((now) => adopted(now, wanted), call);
  return indexModels(parts, call);
}

function adopted({ serving, building, retired, latest }: Generations, wanted: EmbeddingModel): Generations | null {
  const given = building === null ? retired : [...retired, building];
  if (serving !== null && isSameModel(serving, wanted)) {
    return building === null ? null : { serving, building: null, retired: given, latest };
  }
  if (building !== null && isSameModel(building, wanted)) return null;
  const { model, dimensions, origin } = wanted;
  const fresh: Generation = { model, dimensions, origin, generation: latest + 1 };
  return serving === null
    ? { serving: fresh, building: null, retired, latest: latest + 1 }
    : { serving, building: fresh, retired: given, latest: latest + 1 };
}

/** Has the building generation serve. Gives whether it does: not while what the serving one finds waits for it. */
export async function promote(parts: Switching, model: string, call: Call): Promise<boolean> {
  const { access, vectors } = parts;
  const { building } = await vectors.read(call);
  if (building?.model !== model) return false;
  const needed = await access.query('threads', stillNeeded(building.generation, access.now()), call);
  if (needed.length > 0) return false;
  const after = await vectors.change((now) => {
    if (now.building?.generation !== building.generation) return null;
    const retired = now.serving === null ? now.retired : [...now.retired, now.serving];
    return { ...now, serving: now.building, building: null, retired };
  }, call);
  if (after.serving?.generation !== building.generation) return false;
  await settle(parts, building.generation, call);
  return true;
}

/** Messages that the model which serves now has other news of than the one before are marked so. */
async function settle({ access }: Switching, generation: number, call: Call): Promise<void> {
  await changeAll(access, (rows) => itemsToSettle(generation, rows), settled, call);
}

function settled(row: Item): Operation {
  return {
    kind: 'patch',
    id: idOf(row),
    changes: [
      { op: 'set', path: '/indexing', value: textOrNull(row, 'afterwards') ?? 'READY' },
      { op: 'remove', path: '/afterwards' },
      ...('waitingSince' in row ? [{ op: 'remove', path: '/waitingSince' } as const] : []),
    ],
  };
}

/**
 * Removes the passages of models that neither serve nor are built, a batch at a time. A message that another server has
 * given only such vectors, because it had not heard of the switch yet, waits again.
 */
export async function discard(parts: Switching, call: Call): Promise<void> {
  const { access, vectors } = parts;
  const { serving, building, retired } = await vectors.read(call);
  if (serving === null || retired.length === 0) return;
  await settle(parts, serving.generation, call);
  const now = access.now();
  await changeAll(
    access,
    (rows) => messagesLeftBehind(serving.generation, rows),
    (row) => waitAgain(row, now),
    call,
  );
  const kept = [serving, building].filter((one) => one !== null).map(nameOf);
  await changeAll(
    access,
    (rows) => passagesOfOthers(kept, rows),
    (row) => ({ kind: 'delete', id: idOf(row) }),
    call,
  );
  const gone = new Set(retired.map(({ generation }) => generation));
  await vectors.change(
    (models) => ({ ...models, retired: models.retired.filter(({ generation }) => !gone.has(generation)) }),
    call,
  );
}

function waitAgain(row: Item, now: number): Operation {
  return {
    kind: 'patch',
    id: idOf(row),
    changes: [
      { op: 'set', path: '/indexing', value: 'PENDING' },
      { op: 'set', path: '/waitingSince', value: now },
    ],
  };
}
