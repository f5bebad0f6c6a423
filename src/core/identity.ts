import { SkeinError } from './errors.ts';

/** A customer organisation: the outermost boundary. No read crosses it. */
export type TenantId = string & { readonly brand: 'TenantId' };

/** The user a thread belongs to. */
export type OwnerId = string & { readonly brand: 'OwnerId' };

export type ViewerRole = 'user' | 'analyst' | 'admin';

/** Who is asking. Established once a request, from its credentials, and never from an argument. */
export type Viewer = {
  readonly tenant: TenantId;
  readonly user: OwnerId;
  readonly roles: ReadonlySet<ViewerRole>;
};

/**
 * Whose rows a storage call may touch: one owner's, or (owner null) all of the tenant's. It is the first parameter of
 * every method of every port, so that it cannot be left out.
 */
export type Scope = { readonly tenant: TenantId; readonly owner: OwnerId | null };

/** A scope confined to one owner; what writes need. */
export type OwnerScope = { readonly tenant: TenantId; readonly owner: OwnerId };

const NAME = /^[^\p{Cc}\p{Cs}]{1,256}$/u;

/**
 * @param value a tenant's name, 1 to 256 characters without control characters
 * @throws SkeinError UNAUTHENTICATED when it is not one
 */
export function tenantId(value: string): TenantId {
  requireName('tenant', value);
  return value as TenantId;
}

/**
 * @param value a user's name, 1 to 256 characters without control characters
 * @throws SkeinError UNAUTHENTICATED when it is not one
 */
export function ownerId(value: string): OwnerId {
  requireName('user', value);
  return value as OwnerId;
}

function requireName(what: string, value: string): void {
  if (!NAME.test(value)) {
    throw new SkeinError('UNAUTHENTICATED', `The ${what} must be 1 to 256 characters without control characters.`);
  }
}

/** What the viewer may read: an analyst or admin the whole tenant, anyone else only their own. */
export function readScope(viewer: Viewer): Scope {
  return { tenant: viewer.tenant, owner: seesTenant(viewer) ? null : viewer.user };
}

/** What the viewer writes to by default: their own threads. */
export function ownScope(viewer: Viewer): OwnerScope {
  return { tenant: viewer.tenant, owner: viewer.user };
}

/** Whether the viewer reads threads of other owners. */
export function seesTenant(viewer: Viewer): boolean {
  return viewer.roles.has('analyst') || viewer.roles.has('admin');
}

/** Whether the viewer may change or delete threads of this owner: the owner, or an admin of the tenant. */
export function mayChange(viewer: Viewer, owner: OwnerId): boolean {
  return viewer.user === owner || viewer.roles.has('admin');
}
