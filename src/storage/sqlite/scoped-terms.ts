import type { SearchField } from '../candidates.ts';

/** Whose entries of the text index: one owner's, or (owner null) a tenant's. */
export type TextScope = { readonly tenantRow: number; readonly ownerRow: number | null };

/**
 * Terms as the text index holds them: `kayak.3.1f`, the term, its tenant and its owner. Terms are letters, digits and
 * signs beyond ASCII (`core/words.ts`): neither a full stop nor a space is in one.
 */
export function scopedText(terms: readonly string[], tenantRow: number, ownerRow: number): string {
  const suffix = scopeSuffix({ tenantRow, ownerRow });
  return terms.map((term) => term + suffix).join(' ');
}

/** An expression of FTS5 that matches any of the terms. */
export function anyOf(terms: readonly string[], scope: TextScope): string {
  return terms.map((term) => one(term, scope)).join(' OR ');
}

/** An expression of FTS5 that matches entries with all of the terms in one field. */
export function allIn(field: SearchField, terms: readonly string[], scope: TextScope): string {
  return `${field} : (${terms.map((term) => one(term, scope)).join(' AND ')})`;
}

/** For a tenant, whatever begins with the term and the tenant: all owners' entries, merged by the index. */
function one(term: string, scope: TextScope): string {
  return `"${term}${scopeSuffix(scope)}"${scope.ownerRow === null ? ' *' : ''}`;
}

/** What follows a term in the index: for an owner, all of it; for a tenant, what all of its owners' entries share. */
export function scopeSuffix({ tenantRow, ownerRow }: TextScope): string {
  return `.${tenantRow.toString(36)}.${ownerRow === null ? '' : ownerRow.toString(36)}`;
}
