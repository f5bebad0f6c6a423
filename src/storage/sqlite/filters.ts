import type { SQLInputValue } from 'node:sqlite';
import type { MessageFilter, ThreadFilter, TimeRange } from '../../core/filter.ts';
import type { Scope } from '../../core/identity.ts';
import type { Metadata } from '../../core/thread.ts';

/** Conditions of a WHERE clause and the values of their named parameters. */
export type Where = { readonly sql: string; readonly params: Readonly<Record<string, SQLInputValue>> };

const TENANT_ROW = '(SELECT tenant_row FROM tenants WHERE tenant = :tenant)';
const OWNER_ROW = `(SELECT owner_row FROM owners WHERE tenant_row = ${TENANT_ROW} AND owner = :owner)`;

/** A thread (alias `t`) that is there for readers; the parameter `:now` says when. */
export const LIVE_THREAD = 't.deleted = 0 AND (t.expires_at IS NULL OR t.expires_at > :now)';

/** Rows of the scope: of threads (alias `t`) or messages (alias `m`). */
export function inScope(alias: 't' | 'm', scope: Scope): Where {
  return scope.owner === null
    ? { sql: `${alias}.tenant_row = ${TENANT_ROW}`, params: { tenant: scope.tenant } }
    : { sql: `${alias}.owner_row = ${OWNER_ROW}`, params: { tenant: scope.tenant, owner: scope.owner } };
}

/** What a filter keeps of threads (alias `t`). Needs the parameter `:tenant`, which `inScope` gives. */
export function threadMatches(filter: ThreadFilter): Where {
  return allOf([
    oneOf('t.status', 'thread_statuses', filter.statuses),
    oneOf('t.agent', 'agents', filter.agents),
    ofOwners('t', filter.ownerIds),
    within('t.created_at', 'created', filter.createdAt),
    within('t.last_message_at', 'last_message', filter.lastMessageAt),
    hasMetadata('t.metadata', 'thread_metadata', filter.metadata),
  ]);
}

/**
 * What a filter keeps of messages (alias `m`) with their threads (alias `t`). Needs the parameter `:tenant`, which
 * `inScope` gives.
 */
export function messageMatches(filter: MessageFilter): Where {
  return allOf([
    filter.statuses === undefined
      ? { sql: `m.status <> 'SUPERSEDED'`, params: {} }
      : oneOf('m.status', 'statuses', filter.statuses),
    oneOf('m.role', 'roles', filter.roles),
    oneOf('m.author', 'authors', filter.authors),
    oneOf('m.model', 'models', filter.models),
    oneOf('t.agent', 'agents', filter.agents),
    ofOwners('m', filter.ownerIds),
    ofThreads('IN', 'threads', filter.threadKeys),
    ofThreads('NOT IN', 'excluded_threads', filter.excludedThreadKeys),
    within('m.created_at', 'created', filter.createdAt),
    hasMetadata('t.metadata', 'thread_metadata', filter.threadMetadata),
    hasMetadata('m.metadata', 'message_metadata', filter.messageMetadata),
  ]);
}

/** Whether the filter keeps everything that lists keep by default. */
export function isUnfiltered(filter: ThreadFilter | MessageFilter): boolean {
  return Object.keys(filter).length === 0;
}

/** All of the conditions; none of them: true. Parameters of the same name must have the same value. */
export function allOf(conditions: readonly (Where | null)[]): Where {
  const present = conditions.filter((condition) => condition !== null);
  return {
    sql: present.map(({ sql }) => `(${sql})`).join(' AND ') || 'TRUE',
    params: Object.fromEntries(present.flatMap(({ params }) => Object.entries(params))),
  };
}

function oneOf(column: string, name: string, values: readonly string[] | undefined): Where | null {
  if (values === undefined) return null;
  return { sql: `${column} IN (SELECT value FROM json_each(:${name}))`, params: { [name]: JSON.stringify(values) } };
}

function ofOwners(alias: 't' | 'm', owners: readonly string[] | undefined): Where | null {
  if (owners === undefined) return null;
  return {
    sql: `${alias}.owner_row IN (SELECT owner_row FROM owners WHERE tenant_row = ${TENANT_ROW}
      AND owner IN (SELECT value FROM json_each(:owners)))`,
    params: { owners: JSON.stringify(owners) },
  };
}

function ofThreads(operator: 'IN' | 'NOT IN', name: string, keys: MessageFilter['threadKeys']): Where | null {
  if (keys === undefined) return null;
  return {
    sql: `m.thread_row ${operator} (SELECT kt.thread_row FROM json_each(:${name}) k
      CROSS JOIN owners ko ON ko.tenant_row = ${TENANT_ROW} AND ko.owner = k.value ->> 0
      CROSS JOIN threads kt ON kt.owner_row = ko.owner_row AND kt.id = k.value ->> 1 AND kt.deleted = 0)`,
    params: { [name]: JSON.stringify(keys.map(({ owner, thread }) => [owner, thread])) },
  };
}

function within(column: string, name: string, range: TimeRange | undefined): Where | null {
  if (range === undefined) return null;
  return allOf([
    range.from === null ? null : { sql: `${column} >= :${name}_from`, params: { [`${name}_from`]: range.from } },
    range.to === null ? null : { sql: `${column} < :${name}_to`, params: { [`${name}_to`]: range.to } },
  ]);
}

/** Keys are compared as data: a JSON path made of a key would give some of its characters a meaning. */
function hasMetadata(column: string, name: string, pairs: Metadata | undefined): Where | null {
  if (pairs === undefined) return null;
  return {
    sql: `NOT EXISTS (SELECT 1 FROM json_each(:${name}) wanted WHERE NOT EXISTS (
      SELECT 1 FROM json_each(${column}) had WHERE had.key = wanted.key AND had.value = wanted.value))`,
    params: { [name]: JSON.stringify(pairs) },
  };
}
