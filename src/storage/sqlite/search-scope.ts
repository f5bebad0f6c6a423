import type { DatabaseSync } from 'node:sqlite';
import type { MessageFilter } from '../../core/filter.ts';
import type { Scope } from '../../core/identity.ts';
import { statement } from './connection.ts';
import { allOf, inScope, LIVE_THREAD, messageMatches, type Where } from './filters.ts';
import { integer } from './rows.ts';
import type { TextScope } from './scoped-terms.ts';

const TENANT = 'SELECT tenant_row FROM tenants WHERE tenant = ?';
const OWNER = `SELECT o.tenant_row, o.owner_row FROM owners o JOIN tenants te ON te.tenant_row = o.tenant_row
  WHERE te.tenant = ? AND o.owner = ?`;

/**
 * Whose entries to search: the owner's of the scope, or the one owner's that the filter names. Null when the store has
 * never heard of them.
 */
export function searchScope(db: DatabaseSync, { tenant, owner }: Scope, filter: MessageFilter): TextScope | null {
  const named = filter.ownerIds?.length === 1 ? (filter.ownerIds[0] ?? null) : null;
  const whose = owner ?? named;
  const row = whose === null ? statement(db, TENANT).get(tenant) : statement(db, OWNER).get(tenant, whose);
  if (row === undefined) return null;
  return { tenantRow: integer(row, 'tenant_row'), ownerRow: whose === null ? null : integer(row, 'owner_row') };
}

/** Messages (alias `m`) with their threads (`t`) that a search may find at all. Needs the parameter `:now`. */
export function findable(scope: Scope, filter: MessageFilter): Where {
  return allOf([
    inScope('m', scope),
    { sql: `${LIVE_THREAD} AND m.status <> 'PENDING'`, params: {} },
    messageMatches(filter),
  ]);
}
