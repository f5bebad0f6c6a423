import type { Scope } from '../../core/identity.ts';
import type { Call } from '../store.ts';
import type { Access } from './access.ts';
import { numberOr } from './rows.ts';
import { messagesInScope } from './search-queries.ts';

/** About how many messages there are in scopes, which is all that a word's rarity needs. */
export type ScopeSizes = { of(scope: Scope, call: Call): Promise<number> };

const KEPT_MS = 10 * 60_000;
const MOST = 10_000;

/** Counts a scope's messages now and then, and remembers how many there were. */
export function createScopeSizes({ access }: { access: Access }): ScopeSizes {
  const sizes = new Map<string, { readonly messages: number; readonly until: number }>();
  return {
    async of(scope, call) {
      const name = JSON.stringify([scope.tenant, scope.owner]);
      const known = sizes.get(name);
      if (known !== undefined && known.until > performance.now()) return known.messages;
      const [row] = await access.query('threads', messagesInScope(scope, access.now()), call);
      const messages = row === undefined ? 0 : numberOr(row, 'value', 0);
      sizes.set(name, { messages, until: performance.now() + KEPT_MS });
      const oldest = sizes.size > MOST ? sizes.keys().next().value : undefined;
      if (oldest !== undefined) sizes.delete(oldest);
      return messages;
    },
  };
}
