/** A region of the account, and where it listens. */
export type Region = { readonly name: string; readonly endpoint: string };

/** What the account says of its regions. */
export type AccountRegions = { readonly readable: readonly Region[]; readonly writable: readonly Region[] };

/**
 * Which region a request goes to: one engine's memory of what the account says and of what could not be reached. Writes
 * go to one region only, the account's first writable one, as an ETag guards nothing across two.
 */
export type Regions = {
  /** Endpoints for a read, the one to try first first. Regions that were down lately come last. */
  forReads(): readonly string[];
  forWrites(): string;
  /** Remembers for a while that an endpoint could not be reached. */
  markDown(endpoint: string): void;
  /** Takes over what the account says. */
  learn(account: AccountRegions): void;
  /** Whether nothing was learnt of the account yet, or a while ago. */
  isStale(): boolean;
};

/** How long a region that could not be reached is left alone. */
const DOWN_MS = 20_000;
/** How old what the account has said may get. */
const STALE_MS = 60_000;

type RegionsOptions = {
  /** The account's own endpoint: all that is known before the account was read. */
  readonly endpoint: string;
  /** Names of regions, the nearest first; the account's other regions follow. */
  readonly preferred: readonly string[];
};

export function regionsOf({ endpoint, preferred }: RegionsOptions): Regions {
  let account: AccountRegions = { readable: [], writable: [] };
  let learntAt = Number.NEGATIVE_INFINITY;
  const downSince = new Map<string, number>();

  const isDown = (candidate: string): boolean =>
    performance.now() - (downSince.get(candidate) ?? Number.NEGATIVE_INFINITY) < DOWN_MS;

  const rank = ({ name }: Region): number => {
    const place = preferred.findIndex((wanted) => canonical(wanted) === canonical(name));
    return place === -1 ? preferred.length : place;
  };

  return {
    forReads() {
      const known = account.readable.toSorted((one, other) => rank(one) - rank(other)).map((region) => region.endpoint);
      const all = known.length === 0 ? [endpoint] : known;
      return [...all.filter((candidate) => !isDown(candidate)), ...all.filter(isDown)];
    },
    forWrites: () => account.writable[0]?.endpoint ?? endpoint,
    markDown: (down) => {
      downSince.set(down, performance.now());
    },
    learn(learnt) {
      account = learnt;
      learntAt = performance.now();
    },
    isStale: () => performance.now() - learntAt > STALE_MS,
  };
}

/** `East US`, `eastus` and `East us` are one region. */
function canonical(name: string): string {
  return name.toLowerCase().replaceAll(' ', '');
}
