import type { DatabaseSync } from 'node:sqlite';
import type { Scope } from '../../core/identity.ts';
import type { IndexResult, IndexTask, PassageVector } from '../store.ts';
import { statement } from './connection.ts';
import { inScope, LIVE_THREAD } from './filters.ts';
import { storePassages } from './passages.ts';
import {
  INDEXED_COLUMNS,
  indexedMessageOf,
  integer,
  MESSAGE_COLUMNS,
  MESSAGE_JOINS,
  messageOf,
  tenantOf,
  type IndexedMessage,
} from './rows.ts';
import { adoptModel, vectorModel, type VectorModel } from './vector-model.ts';

const WAITING = `SELECT ${MESSAGE_COLUMNS} FROM messages m ${MESSAGE_JOINS}
  WHERE m.indexing = 'PENDING' AND m.status <> 'PENDING' AND ${LIVE_THREAD} ORDER BY m.message_row LIMIT :limit`;

/** Reads of the index queue. */
export const indexReads = {
  waiting(db: DatabaseSync, args: { limit: number; now: number }): IndexTask[] {
    return statement(db, WAITING)
      .all(args)
      .map((row) => {
        const tenant = tenantOf(row);
        const message = messageOf(row, { tenant, owner: null });
        return { tenant, key: { owner: message.owner, thread: message.thread, message: message.id }, message };
      });
  },

  countPending(db: DatabaseSync, { scope, now }: { scope: Scope; now: number }): number {
    const { sql, params } = inScope('m', scope);
    const row = statement(
      db,
      `SELECT count(*) AS n FROM messages m CROSS JOIN threads t ON t.thread_row = m.thread_row
       WHERE m.indexing = 'PENDING' AND ${sql} AND ${LIVE_THREAD}`,
    ).get({ ...params, now });
    return integer(row ?? {}, 'n');
  },
};

const FIND = `SELECT ${INDEXED_COLUMNS} FROM tenants te
  CROSS JOIN owners o ON o.tenant_row = te.tenant_row
  CROSS JOIN threads t ON t.owner_row = o.owner_row
  CROSS JOIN messages m ON m.thread_row = t.thread_row
  WHERE te.tenant = ? AND o.owner = ? AND t.id = ? AND t.deleted = 0 AND m.id = ? AND m.indexing = 'PENDING'`;

const MARK = 'UPDATE messages SET indexing = ? WHERE message_row = ?';

/** Writes of the index queue. */
export const indexWrites = {
  adopt: adoptModel,

  storeVectors(db: DatabaseSync, { results }: { results: readonly IndexResult[]; now: number }): void {
    const known = vectorModel(db);
    const embedded = [];
    for (const result of results) {
      const message = result.model === known?.model ? waitingMessage(db, result) : null;
      if (message === null) continue;
      const passages = passagesOf(result, known);
      statement(db, MARK).run(passages === null ? 'FAILED' : 'READY', message.messageRow);
      if (passages !== null) embedded.push({ message, passages });
    }
    storePassages(db, embedded);
  },
};

function waitingMessage(db: DatabaseSync, { tenant, key }: IndexResult): IndexedMessage | null {
  const row = statement(db, FIND).get(tenant, key.owner, key.thread, key.message);
  return row === undefined ? null : indexedMessageOf(row);
}

/** Null when it failed. Vectors of a length that the model does not have cannot be compared: that is a failure, too. */
function passagesOf({ outcome }: IndexResult, known: VectorModel | null): readonly PassageVector[] | null {
  if (outcome.kind === 'failed') return null;
  return outcome.passages.every(({ vector }) => vector.length === known?.dimensions) ? outcome.passages : null;
}
