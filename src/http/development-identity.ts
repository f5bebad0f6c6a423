import { SkeinError } from '../core/errors.ts';
import { ownerId, tenantId, type Viewer, type ViewerRole } from '../core/identity.ts';

type Named = (name: 'x-skein-user' | 'x-skein-tenant' | 'x-skein-roles') => unknown;

const ROLES: Readonly<Record<string, ViewerRole>> = { user: 'user', analyst: 'analyst', admin: 'admin' };

/**
 * Who is asking, where no identity provider is configured: whoever they say they are. That is why such a server listens
 * on loopback only.
 * @param named gives a request's header, or the same name of a WebSocket's `connectionParams`
 * @throws SkeinError UNAUTHENTICATED when what they say cannot be a viewer
 */
export function developmentViewer(named: Named): Viewer {
  const roles = textOf(named, 'x-skein-roles', 'user')
    .split(',')
    .map((role) => role.trim().toLowerCase())
    .filter((role) => role !== '');
  return {
    user: ownerId(textOf(named, 'x-skein-user', 'local')),
    tenant: tenantId(textOf(named, 'x-skein-tenant', 'default')),
    roles: new Set(roles.map(parseRole)),
  };
}

function textOf(named: Named, name: Parameters<Named>[0], otherwise: string): string {
  const value = named(name);
  if (value === undefined || value === null || value === '') return otherwise;
  if (typeof value !== 'string') throw new SkeinError('UNAUTHENTICATED', `${name} must be given once, as a text.`);
  return value;
}

function parseRole(role: string): ViewerRole {
  const known = Object.hasOwn(ROLES, role) ? ROLES[role] : undefined;
  if (known === undefined) {
    throw new SkeinError('UNAUTHENTICATED', `x-skein-roles may name user, analyst and admin, separated by commas.`);
  }
  return known;
}
