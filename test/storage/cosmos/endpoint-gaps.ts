import { randomUUID } from 'node:crypto';
import { CosmosClient } from '@azure/cosmos';
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
  return { kind: 'fit', parts };
}

/** A batch that names an ETag that is not the item's must be refused. */
async function checksBatchEtags({ endpoint, database, identity }: Endpoint): Promise<boolean> {
  const auth = 'key' in identity ? { key: identity.key } : { aadCredentials: identity.credential };
  const client = new CosmosClient({ endpoint, ...auth });
  try {
    const { items } = client.database(database).container('threads');
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

/** An error with what caused it: that is where the endpoint's own words are. */
function inFull(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message} ${inFull(error.cause)}`;
}
