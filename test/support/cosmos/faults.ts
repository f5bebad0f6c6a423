import { CosmosFailure } from './failures.ts';
import type { OperationName } from './operations.ts';

/** Which requests a fault meets. Without an operation: every request for data, never the account's own. */
export type FaultMatch = {
  readonly operation?: OperationName | readonly OperationName[];
  readonly region?: string;
  /** A part of the resource's link (`dbs/chat/colls/threads/docs/1`), or a pattern. */
  readonly resource?: string | RegExp;
};

/** What happens to a request. `afterEffect`: a write is done, and only its answer is lost or changed. */
export type FaultEffect =
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly substatus?: number;
      readonly retryAfterMs?: number;
      readonly afterEffect?: boolean;
    }
  | { readonly kind: 'delay'; readonly milliseconds: number }
  | { readonly kind: 'reset'; readonly afterEffect?: boolean }
  | { readonly kind: 'hang'; readonly afterEffect?: boolean };

/** A fault on demand. */
export type FaultRule = {
  readonly match?: FaultMatch;
  /** How many requests it meets; all of them until removed when absent. */
  readonly times?: number;
  /** How many matching requests it lets pass first. */
  readonly skip?: number;
  readonly effect: FaultEffect;
};

/** A rule in force. */
export type ActiveFault = {
  /** How many requests it has met. */
  readonly hits: () => number;
  readonly remove: () => void;
};

/** The faults of an emulator. The oldest matching rule acts, and only that one. */
export type Faults = {
  add(rule: FaultRule): ActiveFault;
  clear(): void;
  /** The effect on this request, counting it. */
  meet(request: { operation: OperationName; data: boolean; region: string; resource: string }): FaultEffect | undefined;
};

/** Makes an account without faults. */
export function faults(): Faults {
  let rules: { rule: FaultRule; seen: number; hits: number }[] = [];
  return {
    add: (rule) => {
      const entry = { rule, seen: 0, hits: 0 };
      rules.push(entry);
      return {
        hits: () => entry.hits,
        remove: () => {
          rules = rules.filter((other) => other !== entry);
        },
      };
    },
    clear: () => {
      rules = [];
    },
    meet: (request) => {
      for (const entry of rules) {
        const { rule } = entry;
        if (entry.hits >= (rule.times ?? Number.POSITIVE_INFINITY) || !matches(rule.match ?? {}, request)) continue;
        if (entry.seen++ < (rule.skip ?? 0)) continue;
        entry.hits++;
        return rule.effect;
      }
      return undefined;
    },
  };
}

/** The failure that a `status` effect answers with. */
export function failureOf(effect: FaultEffect & { kind: 'status' }): CosmosFailure {
  const { status, substatus, retryAfterMs } = effect;
  return new CosmosFailure(status, `A fault was asked for: ${status}/${substatus ?? 0}.`, {
    ...(substatus === undefined ? {} : { substatus }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

function matches(
  { operation, region, resource }: FaultMatch,
  request: { operation: OperationName; data: boolean; region: string; resource: string },
): boolean {
  if (operation === undefined && !request.data) return false;
  if (operation !== undefined && ![operation].flat().includes(request.operation)) return false;
  if (region !== undefined && region !== request.region) return false;
  if (resource === undefined) return true;
  return typeof resource === 'string' ? request.resource.includes(resource) : resource.test(request.resource);
}
