import { ownScope } from '../core/identity.ts';
import type { ViewerResolvers } from './generated.ts';

const ROLES = { user: 'USER', analyst: 'ANALYST', admin: 'ADMIN' } as const;

export const Viewer: ViewerResolvers = {
  id: (viewer) => viewer.user,
  tenantId: (viewer) => viewer.tenant,
  roles: (viewer) => Array.from(viewer.roles, (role) => ROLES[role]),
  pendingIndexing: (viewer, _, { services, call }) => services.reads.index.countPending(ownScope(viewer), call),
};
