import type { OwnerScope, Scope } from '../../core/identity.ts';
import type { ThreadKey } from '../../core/ids.ts';
import { inPartition, inScope, inThread, live } from './filters.ts';
import { MESSAGE_PROPERTIES } from './message-item.ts';
import { allOf, anyOf, columns, counting, fixed, given, ROWS, type Query } from './query.ts';

const KEY = 'c.tenantId, c.ownerId, c.threadId';

/** Messages of every tenant that wait for their vectors, the longest waiting first. Asks every physical partition. */
export function waitingMessages(limit: number, now: number): Query {
  const where = allOf([live('message', now), fixed('c.waitingSince > 0')]);
  return {
    ...where,
    text: `SELECT TOP ${String(limit)} ${columns(MESSAGE_PROPERTIES)} FROM c
      WHERE ${where.sql} ORDER BY c.waitingSince ASC, c.seq ASC`,
    within: null,
    pipeline: true,
    rows: limit,
  };
}

/** How many messages of a scope wait. */
export function pendingCount(scope: Scope, now: number): Query {
  return counting(allOf([inScope(scope), live('message', now), fixed('c.waitingSince > 0')]), null);
}

/** Messages of a thread that wait, with what their passages carry of them. */
export function messagesToIndex(scope: OwnerScope, key: ThreadKey, ids: readonly string[]): Query {
  const where = allOf([
    inThread(scope, key),
    fixed("c.kind = 'message' AND c.waitingSince > 0"),
    anyOf(ids.map((id, at) => given('c.id = @', `m${String(at)}`, id))),
  ]);
  const text = `SELECT ${KEY}, c.id, c._etag, c.seq, c.role, c.author, c.model, c.status, c.createdAt, c.metadata, c.agent,
    c.threadMetadata, c.expiresAt, c.headVersion FROM c WHERE ${where.sql}`;
  return { ...where, text, ...inPartition(scope, key), rows: ROWS };
}

/** The messages of a stretch of a thread that are context, and the passages there, by themselves. */
export function passagesAround(
  scope: OwnerScope,
  key: ThreadKey,
  from: number,
  to: number,
  vectorModel: string,
): Query {
  const where = allOf([
    inThread(scope, key),
    given('c.seq >= @', 'from', from),
    given('c.seq <= @', 'to', to),
    anyOf([
      fixed("(c.kind = 'message' AND c.searched = true AND c.status != 'SUPERSEDED')"),
      given("(c.kind = 'passage' AND c.vectorModel = @)", 'vectorModel', vectorModel),
    ]),
  ]);
  const text = `SELECT ${KEY}, c.id, c.kind, c.seq, c.messageId, c.part, c.own FROM c WHERE ${where.sql}`;
  return { ...where, text, ...inPartition(scope, key), rows: ROWS };
}

/** Messages and passages of every tenant that have to do with another model's vectors. */
export function itemsOfOtherModels(vectorModel: string, limit: number): Query {
  const where = allOf([
    fixed("c.kind IN ('message', 'passage') AND IS_DEFINED(c.vectorModel)"),
    given('c.vectorModel != @', 'vectorModel', vectorModel),
  ]);
  return {
    ...where,
    text: `SELECT TOP ${String(limit)} c.id, c.kind, ${KEY} FROM c WHERE ${where.sql}`,
    within: null,
    pipeline: true,
    rows: limit,
  };
}
