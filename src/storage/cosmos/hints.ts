import type { TenantId } from '../../core/identity.ts';
import { threadKeyText, type ThreadKey } from '../../core/ids.ts';

/**
 * Where threads ended when their heads were last seen. A thread only grows at its end, so a query for all that is there
 * from a remembered place on finds the last messages however old the memory is; it saves a request, and answers nothing.
 */
export type Hints = {
  nextSeq(tenant: TenantId, key: ThreadKey): number | undefined;
  saw(tenant: TenantId, key: ThreadKey, nextSeq: number): void;
  /** To be called when a thread was deleted: one made again with its id starts at 1. */
  forget(tenant: TenantId, key: ThreadKey): void;
};

const MOST = 10_000;

export function createHints(): Hints {
  const places = new Map<string, number>();
  const nameOf = (tenant: TenantId, key: ThreadKey): string => `${tenant}\n${threadKeyText(key)}`;
  return {
    nextSeq: (tenant, key) => places.get(nameOf(tenant, key)),
    saw(tenant, key, nextSeq) {
      const name = nameOf(tenant, key);
      // The latest seen come last, so that the first ones are those to forget.
      places.delete(name);
      places.set(name, nextSeq);
      const oldest = places.size > MOST ? places.keys().next().value : undefined;
      if (oldest !== undefined) places.delete(oldest);
    },
    forget: (tenant, key) => {
      places.delete(nameOf(tenant, key));
    },
  };
}
