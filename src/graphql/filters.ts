import { SkeinError } from '../core/errors.ts';
import type { MessageFilter, ThreadFilter, TimeRange } from '../core/filter.ts';
import { decodeGlobalId } from '../core/global-id.ts';
import { ownerId, seesTenant, type OwnerId, type Viewer } from '../core/identity.ts';
import type { ThreadKey } from '../core/ids.ts';
import { LIMITS, requireCount } from '../core/limits.ts';
import type {
  InputMaybe,
  MessageFilter as MessageFilterInput,
  ThreadFilter as ThreadFilterInput,
  TimeRangeInput,
} from './generated.ts';

type Lists = Record<string, unknown>;

/**
 * @param path the argument's path, for errors
 * @throws SkeinError BAD_USER_INPUT on an id that is none; LIMIT_EXCEEDED on a list of more than 100 values
 */
export function messageFilter(
  viewer: Viewer,
  input: InputMaybe<MessageFilterInput> | undefined,
  path = 'filter',
): MessageFilter {
  if (input == null) return {};
  checkLists(input, path);
  return {
    ...(input.threadIds != null && { threadKeys: threadKeys(input.threadIds, `${path}.threadIds`) }),
    ...owners(viewer, input.ownerIds, `${path}.ownerIds`),
    ...(input.roles != null && { roles: input.roles }),
    ...(input.authors != null && { authors: input.authors }),
    ...(input.agents != null && { agents: input.agents }),
    ...(input.models != null && { models: input.models }),
    ...(input.statuses != null && { statuses: input.statuses }),
    ...(input.createdAt != null && { createdAt: timeRange(input.createdAt) }),
    ...(input.threadMetadata != null && { threadMetadata: input.threadMetadata }),
    ...(input.messageMetadata != null && { messageMetadata: input.messageMetadata }),
  };
}

/** @throws SkeinError LIMIT_EXCEEDED on a list of more than 100 values */
export function threadFilter(viewer: Viewer, input: InputMaybe<ThreadFilterInput> | undefined): ThreadFilter {
  if (input == null) return {};
  checkLists(input, 'filter');
  return {
    ...owners(viewer, input.ownerIds, 'filter.ownerIds'),
    ...(input.statuses != null && { statuses: input.statuses }),
    ...(input.agents != null && { agents: input.agents }),
    ...(input.createdAt != null && { createdAt: timeRange(input.createdAt) }),
    ...(input.lastMessageAt != null && { lastMessageAt: timeRange(input.lastMessageAt) }),
    ...(input.metadata != null && { metadata: input.metadata }),
  };
}

function checkLists(input: Lists, path: string): void {
  for (const [name, values] of Object.entries(input)) {
    if (Array.isArray(values)) requireCount(values.length, LIMITS.filterValues, `${path}.${name}`);
  }
}

function timeRange({ from, to }: TimeRangeInput): TimeRange {
  return { from: from ?? null, to: to ?? null };
}

/** A plain user is confined to their own threads whatever the filter says: saying it changes nothing. */
function owners(
  viewer: Viewer,
  ids: InputMaybe<readonly string[]> | undefined,
  field: string,
): { ownerIds?: readonly OwnerId[] } {
  if (ids == null || !seesTenant(viewer)) return {};
  return {
    ownerIds: ids.map((id) => {
      try {
        return ownerId(id);
      } catch {
        throw new SkeinError('BAD_USER_INPUT', `${field} has a value that cannot be an owner's id.`, { field });
      }
    }),
  };
}

function threadKeys(ids: readonly string[], field: string): ThreadKey[] {
  return ids.map((id) => {
    const decoded = decodeGlobalId(id);
    if (decoded?.kind !== 'thread') {
      throw new SkeinError('BAD_USER_INPUT', `${field} has a value that is not a thread's id.`, { field });
    }
    return decoded.key;
  });
}
