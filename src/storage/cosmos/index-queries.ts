import type { OwnerScope, Scope } from '../../core/identity.ts';
import type { ThreadKey } from '../../core/ids.ts';
import { inPartition, inScope, inThread, live } from './filters.ts';
import { MESSAGE_PROPERTIES } from './message-item.ts';
import { allOf, anyOf, columns, counting, fixed, given, ROWS, type Query } from './query.ts';
import { notBuilt, waitsFor } from './switch-queries.ts';

const KEY = 'c.tenantId, c.ownerId, c.threadId';

/** A part of what waits, from a time on; null: from the oldest. */
type Part = { readonly from: number | null; readonly limit: number };

/** Messages of every tenant that wait for their vectors, the longest waiting first. Asks every physical partition. */
export function waitingMessages(generation: number, { from, limit }: Part, now: number): Query {
  const since = from === null ? null : given('c.waitingSince >= @', 'from', from);
  const where = allOf([live('message', now), waitsFor(generation), since]);
  return {
    ...where,
    text: `SELECT TOP ${String(limit)} ${columns(MESSAGE_PROPERTIES)}, c.waitingSince FROM c
      WHERE ${where.sql} ORDER BY c.waitingSince ASC, c.seq ASC`,
    within: null,
    pipeline: true,
    rows: limit,
  };
}

/** Messages of every tenant that a generation which is being built has no vectors of yet, the oldest first. */
export function unbuiltMessages(generation: number, { from, limit }: Part, now: number): Query {
  const since = from === null ? null : given('c.createdAt >= @', 'from', from);
  const where = allOf([live('message', now), fixed('c.searched = true'), notBuilt(generation), since]);
  return {
    ...where,
    text: `SELECT TOP ${String(limit)} ${columns(MESSAGE_PROPERTIES)} FROM c
      WHERE ${where.sql} ORDER BY c.createdAt ASC`,
    within: null,
    pipeline: true,
    rows: limit,
  };
}

/** How many messages of a scope wait for the vectors of the generation that serves. */
export function pendingCount(scope: Scope, generation: number, now: number): Query {
  const where = allOf([inScope(scope), live('message', now), waitsFor(generation)]);
  return counting(where, null);
}

/** Messages of a thread that wait for a generation, with what their passages carry of them. */
export function messagesToIndex(
  scope: OwnerScope,
  key: ThreadKey,
  { ids, generation, isServing }: { ids: readonly string[]; generation: number; isServing: boolean },
): Query {
  const where = allOf([
    inThread(scope, key),
    fixed(`c.kind = 'message' AND ${isServing ? 'c.waitingSince > 0' : 'c.searched = true'}`),
    isServing ? null : notBuilt(generation),
    anyOf(ids.map((id, at) => given('c.id = @', `m${String(at)}`, id))),
  ]);
  const text = `SELECT ${KEY}, c.id, c._etag, c.seq, c.role, c.author, c.model, c.status, c.createdAt, c.metadata, c.agent,
    c.threadMetadata, c.expiresAt, c.headVersion, c.indexing, c.builtFor, c.afterwards FROM c WHERE ${where.sql}`;
  return { ...where, text, ...inPartition(scope, key), rows: ROWS };
}

/** The messages of a stretch of a thread that are context, and the passages there, by themselves; `vectorModel`: whose. */
export function passagesAround(
  scope: OwnerScope,
  key: ThreadKey,
  from: number,
  to: number,
  vectorModel: string | null,
): Query {
  const where = allOf([
    inThread(scope, key),
    given('c.seq >= @', 'from', from),
    given('c.seq <= @', 'to', to),
    anyOf([
      fixed("(c.kind = 'message' AND c.searched = true AND c.status != 'SUPERSEDED')"),
      vectorModel === null
        ? fixed("c.kind = 'passage'")
        : given("(c.kind = 'passage' AND c.vectorModel = @)", 'vectorModel', vectorModel),
    ]),
  ]);
  const text = `SELECT ${KEY}, c.id, c.kind, c.seq, c.messageId, c.part, c.vectorModel, c.own FROM c WHERE ${where.sql}`;
  return { ...where, text, ...inPartition(scope, key), rows: ROWS };
}
