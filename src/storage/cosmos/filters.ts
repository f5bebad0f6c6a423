import type { MessageFilter, ThreadFilter, TimeRange } from '../../core/filter.ts';
import type { OwnerScope, Scope } from '../../core/identity.ts';
import type { ThreadKey } from '../../core/ids.ts';
import type { Metadata } from '../../core/thread.ts';
import { allOf, anyOf, fixed, given, oneOf, type Query, type Where } from './query.ts';
import { pairOf } from './rows.ts';

/**
 * Items of the scope. In every query, whatever partition it is sent to: a query that takes the SDK's pipeline is not
 * confined by its partition key (azure-sdk-for-js 37024).
 */
export function inScope(scope: Scope): Where {
  return allOf([
    given('c.tenantId = @', 'tenant', scope.tenant),
    scope.owner === null ? null : given('c.ownerId = @', 'owner', scope.owner),
  ]);
}

/** Items of one thread of the scope. */
export function inThread(scope: Scope, key: ThreadKey): Where {
  return allOf([
    given('c.tenantId = @', 'tenant', scope.tenant),
    given('c.ownerId = @', 'owner', key.owner),
    given('c.threadId = @', 'thread', key.thread),
  ]);
}

/** Items of a thread, in a query that asks for several; `name` tells their parameters apart. */
export function ofThread(key: ThreadKey, name: string): Where {
  return allOf([
    given('c.ownerId = @', `${name}Owner`, key.owner),
    given('c.threadId = @', `${name}Thread`, key.thread),
  ]);
}

/** Items of a kind whose thread has not expired. */
export function live(kind: 'head' | 'message' | 'passage', now: number): Where {
  return allOf([fixed(`c.kind = '${kind}'`), given('c.expiresAt > @', 'now', now)]);
}

/** What a filter keeps of threads. */
export function threadMatches(filter: ThreadFilter): Where {
  return allOf([
    oneOf('c.status', 'status', filter.statuses),
    oneOf('c.agent', 'agent', filter.agents),
    oneOf('c.ownerId', 'ownerId', filter.ownerIds),
    within('c.createdAt', 'created', filter.createdAt),
    within('c.lastMessageAt', 'last', filter.lastMessageAt),
    hasPairs('c.metadata', 'pair', filter.metadata),
  ]);
}

/** What a filter keeps of messages, and of passages, which carry what is asked for here of their message. */
export function messageMatches(filter: MessageFilter): Where {
  return allOf([
    filter.statuses === undefined ? fixed("c.status != 'SUPERSEDED'") : oneOf('c.status', 'status', filter.statuses),
    oneOf('c.role', 'role', filter.roles),
    oneOf('c.author', 'author', filter.authors),
    oneOf('c.model', 'model', filter.models),
    oneOf('c.agent', 'agent', filter.agents),
    oneOf('c.ownerId', 'ownerId', filter.ownerIds),
    filter.threadKeys === undefined ? null : ofThreads(filter.threadKeys, 'in'),
    filter.excludedThreadKeys === undefined || filter.excludedThreadKeys.length === 0
      ? null
      : notOf(ofThreads(filter.excludedThreadKeys, 'out')),
    within('c.createdAt', 'created', filter.createdAt),
    hasPairs('c.threadMetadata', 'threadPair', filter.threadMetadata),
    hasPairs('c.metadata', 'pair', filter.messageMetadata),
  ]);
}

/** Whether the filter keeps everything that lists keep by default. */
export function isUnfiltered(filter: MessageFilter): boolean {
  return Object.keys(filter).length === 0;
}

function ofThreads(keys: readonly ThreadKey[], name: string): Where {
  return anyOf(keys.map((key, at) => ofThread(key, `${name}${String(at)}`)));
}

function notOf({ sql, parameters }: Where): Where {
  return { sql: `NOT (${sql})`, parameters };
}

function within(path: string, name: string, range: TimeRange | undefined): Where | null {
  if (range === undefined) return null;
  return allOf([
    range.from === null ? null : given(`${path} >= @`, `${name}From`, range.from),
    range.to === null ? null : given(`${path} < @`, `${name}To`, range.to),
  ]);
}

/** Pairs are kept and compared as data: a key never becomes part of a query's text. */
function hasPairs(path: string, name: string, pairs: Metadata | undefined): Where | null {
  if (pairs === undefined) return null;
  return allOf(
    Object.entries(pairs).map((pair, at) => given(`ARRAY_CONTAINS(${path}, @)`, `${name}${String(at)}`, pairOf(pair))),
  );
}

/** Whatever stands in a head's place: a head, or one that is gone. */
export const HEAD = fixed("c.kind IN ('head', 'gone')");

/** Has a query sent to one thread's logical partition. */
export function inPartition(scope: OwnerScope, { thread }: ThreadKey): Pick<Query, 'within' | 'pipeline'> {
  return { within: [scope.tenant, scope.owner, thread], pipeline: false };
}
