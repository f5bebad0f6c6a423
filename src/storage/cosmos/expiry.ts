import type { Change } from './access.ts';

/**
 * How long after its expiry an item is left to the sweeper before Cosmos DB removes it by itself. Reads do not see it
 * meanwhile. An hour forgives clocks that differ; a head stays for a month, as it has counts that the ledger is owed.
 */
const GRACE_SECONDS = { message: 3_600, head: 30 * 86_400 } as const;

/** Cosmos DB's limit; beyond it an item is left to the sweeper alone. */
const MOST_SECONDS = 2_147_483_647;

/** The `ttl` of an item that is written now: seconds from this write on. Null: none. */
export function timeToLive(expiresAt: number | null, now: number, kind: keyof typeof GRACE_SECONDS): number | null {
  if (expiresAt === null) return null;
  const seconds = Math.max(0, Math.ceil((expiresAt - now) / 1_000)) + GRACE_SECONDS[kind];
  return seconds > MOST_SECONDS ? null : seconds;
}

/** What a patch must add, as each write starts the time anew. */
export function timeToLiveChanges(expiresAt: number | null, now: number, kind: keyof typeof GRACE_SECONDS): Change[] {
  const ttl = timeToLive(expiresAt, now, kind);
  return ttl === null ? [] : [{ op: 'set', path: '/ttl', value: ttl }];
}
