/**
 * How long after its expiry an item is left to the sweeper before Cosmos DB removes it by itself. Reads do not see it
 * meanwhile. An hour forgives clocks that differ; a head stays for a month, as it has counts that the ledger is owed.
 */
const GRACE_SECONDS = { message: 3_600, head: 30 * 86_400 } as const;

/** Cosmos DB's limit; beyond it an item is left to the sweeper alone. */
const MOST_SECONDS = 2_147_483_647;

/** What Cosmos DB takes for "never". */
const NEVER = -1;

/** The `expiresAt` of what never expires, so that one comparison serves all. The end of the year 9999. */
export const FOREVER = 253_402_300_799_999;

/** When a thread's items expire, as they have it. */
export function expiryItem(expiresAt: number | null, now: number, kind: keyof typeof GRACE_SECONDS) {
  return { expiresAt: expiresAt ?? FOREVER, ttl: timeToLive(expiresAt, now, kind) };
}

/** The `ttl` of an item that is written now: seconds from this write on. */
function timeToLive(expiresAt: number | null, now: number, kind: keyof typeof GRACE_SECONDS): number {
  if (expiresAt === null) return NEVER;
  const seconds = Math.max(0, Math.ceil((expiresAt - now) / 1_000)) + GRACE_SECONDS[kind];
  return seconds > MOST_SECONDS ? NEVER : seconds;
}
