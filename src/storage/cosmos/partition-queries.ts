import type { OwnerScope } from '../../core/identity.ts';
import type { MessageKey, ThreadKey } from '../../core/ids.ts';
import { inPartition, inThread } from './filters.ts';
import { allOf, fixed, given, ROWS, type Query } from './query.ts';

/** What else a thread's logical partition has beside the head: some of it. */
export function itemsBesideHead(scope: OwnerScope, key: ThreadKey, limit: number): Query {
  const where = allOf([inThread(scope, key), fixed("NOT (c.kind IN ('head', 'gone'))")]);
  return {
    ...where,
    text: `SELECT TOP ${String(limit)} c.id FROM c WHERE ${where.sql}`,
    ...inPartition(scope, key),
    rows: limit,
  };
}

/** Some of a thread's items that do not have the fields of its head as of a version. */
export function itemsBehind(scope: OwnerScope, key: ThreadKey, version: number, limit: number): Query {
  const where = allOf([
    inThread(scope, key),
    fixed("c.kind IN ('message', 'passage')"),
    given('c.headVersion < @', 'version', version),
  ]);
  return {
    ...where,
    text: `SELECT TOP ${String(limit)} c.id FROM c WHERE ${where.sql}`,
    ...inPartition(scope, key),
    rows: limit,
  };
}

/** Some parcels of an append, by number. */
export function parcels(scope: OwnerScope, key: ThreadKey, writer: string, from: number, to: number): Query {
  const where = allOf([
    inThread(scope, key),
    fixed("c.kind = 'parcel'"),
    given('c.writer = @', 'writer', writer),
    given('c.number >= @', 'from', from),
    given('c.number < @', 'to', to),
  ]);
  const text = `SELECT c.tenantId, c.ownerId, c.number, c.packed FROM c WHERE ${where.sql}`;
  return { ...where, text, ...inPartition(scope, key), rows: ROWS };
}

/** The passages of a message: their ids. */
export function passagesOf(scope: OwnerScope, key: MessageKey): Query {
  const where = allOf([inThread(scope, key), given("c.kind = 'passage' AND c.messageId = @", 'message', key.message)]);
  const text = `SELECT c.id FROM c WHERE ${where.sql}`;
  return { ...where, text, ...inPartition(scope, key), rows: ROWS };
}
