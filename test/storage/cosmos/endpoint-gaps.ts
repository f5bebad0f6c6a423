import { randomUUID } from 'node:crypto';
import { CosmosClient } from '@azure/cosmos';
import { ownerId, tenantId } from '../../../src/core/identity.ts';
import { nearestPassages } from '../../../src/storage/cosmos/search-queries.ts';
import { connectCosmos, type CosmosOptions } from '../../../src/storage/cosmos/engine.ts';
import type { PartName } from '../contract.ts';

/** What of the suite an endpoint cannot pass, with the reasons: all of it, some parts, or nothing. */
export type Gaps =
  | { readonly kind: 'unfit'; readonly reason: string }
  | { readonly kind: 'fit'; readonly parts: ReadonlyMap<PartName, string> };

/** What two writers do at once. */
const GUARDED: readonly PartName[] = ['threads', 'appending', 'replies', 'removal', 'indexing', 'model switch'];

type Endpoint = Pick<CosmosOptions, 'endpoint' | 'database' | 'identity'>;

/** Tries what endpoints are known to lack, in the database that the options name. */
export async function gapsOf(options: CosmosOptions): Promise<Gaps> {
  try {
    const engine = await connectCosmos(options);
    await engine.close();
  } catch (error) {
    return { kind: 'unfit', reason: inFull(error) };
  }
  const parts = new Map<PartName, string>();
  if (!(await checksBatchEtags(options))) {
    for (const part of GUARDED) parts.set(part, 'the endpoint does not check the ETag of an operation in a batch');
  }
  if (!(await filtersVectorsByArrays(options))) {
    // https://github.com/Azure/azure-cosmos-db-emulator-docker/issues/350
    parts.set('candidates', 'the endpoint does not filter by ARRAY_CONTAINS in a vector search');
  }
  return { kind: 'fit', parts };
}

/** A search by meaning with a filter on metadata, in the engine's own words, must be answered. */
async function filtersVectorsByArrays(options: CosmosOptions): Promise<boolean> {
  const query = nearestPassages({
    scope: { tenant: tenantId('gaps'), owner: ownerId('gaps') },
    vector: Array.from({ length: options.dimensions }, () => 1),
    vectorModel: 'gaps',
    filter: { messageMetadata: { key: 'value' } },
    rows: 1,
    now: 0,
  });
  const client = clientOf(options);
  try {
    const spec = { query: query.text, parameters: [...query.parameters] };
    const { items } = client.database(options.database).container('threads');
    await items.query(spec, { forceQueryPlan: query.pipeline }).fetchAll();
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 500) return false;
    throw error;
  } finally {
    client.dispose();
  }
}

/** A batch that names an ETag that is not the item's must be refused. */
async function checksBatchEtags(options: Endpoint): Promise<boolean> {
  const client = clientOf(options);
  try {
    const { items } = client.database(options.database).container('threads');
    const key = ['gaps', 'gaps', randomUUID()];
    const [tenantId = '', ownerId = '', threadId = ''] = key;
    const item = { id: 'probe', tenantId, ownerId, threadId };
    await items.create(item);
    const { result = [] } = await items.batch(
      [{ operationType: 'Replace', id: item.id, resourceBody: item, ifMatch: '"another"' }],
      key,
    );
    await items.batch([{ operationType: 'Delete', id: item.id }], key);
    return result.some(({ statusCode }) => statusCode === 412);
  } finally {
    client.dispose();
  }
}

function clientOf({ endpoint, identity }: Endpoint): CosmosClient {
  const auth = 'key' in identity ? { key: identity.key } : { aadCredentials: identity.credential };
  return new CosmosClient({ endpoint, ...auth });
}

/** An error with what caused it: that is where the endpoint's own words are. */
function inFull(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message} ${inFull(error.cause)}`;
}
