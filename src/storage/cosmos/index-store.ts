import type { OwnerScope, TenantId } from '../../core/identity.ts';
import type { ThreadKey } from '../../core/ids.ts';
import type { IndexResult } from '../indexed.ts';
import type { Call, IndexStore } from '../store.ts';
import { inParallel } from './in-parallel.ts';
import type { Parts } from './parts.ts';
import { storePassages } from './passages.ts';
import { integer } from './rows.ts';
import { pendingCount } from './index-queries.ts';
import { adoptModel, discard, indexModels, promote } from './model-switch.ts';
import type { VectorModel } from './vector-model.ts';

/** The index port over Cosmos DB. */
export function cosmosIndex(parts: Parts, vectors: VectorModel): IndexStore {
  const { access, waiting } = parts;
  return {
    models: (call) => indexModels({ access, vectors }, call),
    adopt: (model, call) => adoptModel({ access, vectors }, model, call),
    async promote(model, call) {
      const isServing = await promote({ access, vectors }, model, call);
      // What it waits for may be another server's.
      if (!isServing) waiting.lookSoon();
      return isServing;
    },
    discard: (call) => discard({ access, vectors }, call),

    async waiting(model, window, call) {
      const { serving, building } = vectors.known();
      const generation = [building, serving].find((one) => one?.model === model);
      if (generation == null) return [];
      return waiting.of({ generation: generation.generation, isServing: generation === serving }, window, call);
    },

    // A text's vector is not looked for: the query would cost what embedding the text does, or more.
    known: (_model, textHashes) => Promise.resolve(textHashes.map(() => null)),

    async store(results, call: Call) {
      // Another server may have had another model serve meanwhile.
      const { serving, building } = await vectors.read(call);
      for (const generation of [building, serving]) {
        if (generation === null) continue;
        const its = results.filter(({ model }) => model === generation.model);
        const threads = Map.groupBy(its, ({ tenant, key }) => [tenant, key.owner, key.thread].join('\n'));
        const isServing = generation === serving;
        await inParallel([...threads.values()], async (ofThread) => {
          const [first] = ofThread;
          if (first === undefined) return;
          await storePassages(parts, { generation, isServing }, placeOf(first), ofThread, call);
          waiting.done(generation.generation, ofThread);
        });
      }
    },

    async countPending(scope, call) {
      const [row] = await access.query(
        'threads',
        pendingCount(
          scope,
          (vectors.known().serving ?? (await vectors.read(call)).serving)?.generation ?? 0,
          access.now(),
        ),
        call,
      );
      return row === undefined ? 0 : integer(row, 'value');
    },
  };
}

function placeOf({ tenant, key }: IndexResult): { scope: OwnerScope; key: ThreadKey } {
  const scope: { tenant: TenantId } & OwnerScope = { tenant, owner: key.owner };
  return { scope, key };
}
