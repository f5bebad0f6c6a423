import type { JsonObject } from './json.ts';

/** A region of the account and where it listens. */
export type RegionEndpoint = { readonly name: string; readonly endpoint: string };

/** The account document, from which the SDK learns the regions. */
export function accountDocument(
  regions: readonly RegionEndpoint[],
  writeRegion: string,
  multipleWriteLocations: boolean,
): JsonObject {
  // In the order of failover priority: the write region comes first, of the readable ones, too.
  const locations = regions
    .map(({ name, endpoint }) => ({ name, databaseAccountEndpoint: endpoint }))
    .sort((left, right) => Number(right.name === writeRegion) - Number(left.name === writeRegion));
  const writable = multipleWriteLocations ? locations : locations.filter(({ name }) => name === writeRegion);
  return {
    _self: '',
    // The SDK ignores the regions of an account that is called `localhost`.
    id: 'skein-emulator',
    _rid: 'skein-emulator.documents.example',
    media: '//media/',
    addresses: '//addresses/',
    _dbs: '//dbs/',
    writableLocations: writable,
    readableLocations: locations,
    enableMultipleWriteLocations: multipleWriteLocations,
    userReplicationPolicy: { asyncReplication: false, minReplicaSetSize: 3, maxReplicasetSize: 4 },
    userConsistencyPolicy: { defaultConsistencyLevel: 'Session' },
    systemReplicationPolicy: { minReplicaSetSize: 3, maxReplicasetSize: 4 },
    readPolicy: { primaryReadCoefficient: 1, secondaryReadCoefficient: 1 },
  };
}
