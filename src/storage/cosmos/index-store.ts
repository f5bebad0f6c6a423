import type { OwnerScope, TenantId } from '../../core/identity.ts';
import type { ThreadKey } from '../../core/ids.ts';
import type { Call, IndexResult, IndexStore, IndexTask } from '../store.ts';
import { inParallel } from './in-parallel.ts';
import type { Parts } from './parts.ts';
import { storePassages } from './passages.ts';
import { integer, messageOf, tenantIn, threadKeyIn } from './rows.ts';
import { pendingCount, waitingMessages } from './index-queries.ts';
import type { VectorModel } from './vector-model.ts';

/** The index port over Cosmos DB. */
export function cosmosIndex(parts: Parts, vectors: VectorModel): IndexStore {
  const { access } = parts;
  return {
    adopt: (model, dimensions, call) => vectors.adopt(model, dimensions, call),

    async waiting(limit, call) {
      const rows = await access.query('threads', waitingMessages(limit, access.now()), call);
      return rows.map((row): IndexTask => {
        const tenant = tenantIn(row);
        const message = messageOf(row, { tenant, owner: null });
        return { tenant, key: { ...threadKeyIn(row), message: message.id }, message };
      });
    },

    async store(results, call: Call) {
      const known = results.filter(({ model }) => vectors.current()?.startsWith(`${model}/`) === true);
      const threads = Map.groupBy(known, ({ tenant, key }) => [tenant, key.owner, key.thread].join('\n'));
      await inParallel([...threads.values()], async (ofThread) => {
        const [first] = ofThread;
        if (first !== undefined) await storePassages(parts, vectors, placeOf(first), ofThread, call);
      });
    },

    async countPending(scope, call) {
      const [row] = await access.query('threads', pendingCount(scope, access.now()), call);
      return row === undefined ? 0 : integer(row, 'value');
    },
  };
}

function placeOf({ tenant, key }: IndexResult): { scope: OwnerScope; key: ThreadKey } {
  const scope: { tenant: TenantId } & OwnerScope = { tenant, owner: key.owner };
  return { scope, key };
}
