import type { DatabaseSync } from 'node:sqlite';
import type { Scope } from '../../core/identity.ts';
import { keyOfMessage } from '../../core/thread.ts';
import {
  WAITING_CHARACTERS,
  type IndexResult,
  type IndexTask,
  type IndexWindow,
  type PassageVector,
} from '../indexed.ts';
import { statement } from './connection.ts';
import { inScope, LIVE_THREAD } from './filters.ts';
import { adoptModel, discardRetired, enlist, indexModels, promote, settle } from './model-switch.ts';
import { unpackResults, type PackedResults } from './packed-results.ts';
import { knownVector, storePassages } from './passages.ts';
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
import type { Generation } from './generation.ts';
import { generationIn, generations } from './vector-model.ts';

const DIRECTIONS = { oldest: 'ASC', newest: 'DESC' } as const;

const waiting = (from: IndexWindow['from']) => `SELECT ${MESSAGE_COLUMNS} FROM messages m ${MESSAGE_JOINS}
  WHERE m.indexing = 'PENDING' AND m.status <> 'PENDING' AND ${LIVE_THREAD}
  ORDER BY m.message_row ${DIRECTIONS[from]} LIMIT +:limit`;

const waitingToBeBuilt = (from: IndexWindow['from']) => `SELECT ${MESSAGE_COLUMNS} FROM building_queue q
  CROSS JOIN messages m ON m.message_row = q.message_row ${MESSAGE_JOINS}
  WHERE q.failed = 0 AND ${LIVE_THREAD} ORDER BY q.message_row ${DIRECTIONS[from]} LIMIT +:limit`;

/** Reads of the index queue. */
export const indexReads = {
  models: (db: DatabaseSync, _args: null) => indexModels(db),

  waiting(db: DatabaseSync, { model, from, ...args }: IndexWindow & { model: string; now: number }): IndexTask[] {
    const generation = generationFor(db, model);
    if (generation === null) return [];
    const tasks: IndexTask[] = [];
    let characters = 0;
    const rows = statement(db, generation.phase === 'SERVING' ? waiting(from) : waitingToBeBuilt(from)).iterate(args);
    for (const row of rows) {
      const tenant = tenantOf(row);
      const message = messageOf(row, { tenant, owner: null });
      tasks.push({ tenant, key: keyOfMessage(message), message });
      characters += message.content.length;
      if (characters >= WAITING_CHARACTERS) break;
    }
    return tasks;
  },

  knownVectors(
    db: DatabaseSync,
    { model, textHashes }: { model: string; textHashes: readonly string[] },
  ): (Float32Array | null)[] {
    const generation = generationFor(db, model);
    return textHashes.map((hash) => (generation === null ? null : knownVector(db, generation.generation, hash)));
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

const FIND = `SELECT ${INDEXED_COLUMNS}, m.indexing FROM tenants te
  CROSS JOIN owners o ON o.tenant_row = te.tenant_row
  CROSS JOIN threads t ON t.owner_row = o.owner_row
  CROSS JOIN messages m ON m.thread_row = t.thread_row
  WHERE te.tenant = ? AND o.owner = ? AND t.id = ? AND t.deleted = 0 AND m.id = ?`;

const MARK = 'UPDATE messages SET indexing = ? WHERE message_row = ?';

/** Writes of the index queue. */
export const indexWrites = {
  adopt: adoptModel,
  enlist,
  promote,
  discardRetired,

  storeVectors(db: DatabaseSync, packed: PackedResults): void {
    const results = unpackResults(packed);
    for (const phase of ['SERVING', 'BUILDING'] as const) {
      const generation = generationIn(db, phase);
      if (generation === null) continue;
      const embedded = [];
      for (const result of results) {
        const message = result.model === generation.model ? find(db, result) : null;
        if (message === null) continue;
        const passages = passagesOf(result, generation);
        if (!mark(db, generation, message, passages === null)) continue;
        if (passages !== null) embedded.push({ message, passages });
      }
      storePassages(db, generation, embedded);
    }
  },
};

/** The generation that serves, or is built, by a model. */
function generationFor(db: DatabaseSync, model: string): Generation | null {
  const phases = ['BUILDING', 'SERVING'];
  return generations(db).find((one) => one.model === model && phases.includes(one.phase)) ?? null;
}

type Found = IndexedMessage & { readonly isPending: boolean };

function find(db: DatabaseSync, { tenant, key }: IndexResult): Found | null {
  const row = statement(db, FIND).get(tenant, key.owner, key.thread, key.message);
  return row === undefined ? null : { ...indexedMessageOf(row), isPending: row['indexing'] === 'PENDING' };
}

/** Notes what became of a message that waits. Gives whether it did wait. */
function mark(db: DatabaseSync, { phase, generation }: Generation, message: Found, failed: boolean): boolean {
  if (phase === 'BUILDING') return settle(db, generation, message.messageRow, failed);
  if (message.isPending) statement(db, MARK).run(failed ? 'FAILED' : 'READY', message.messageRow);
  return message.isPending;
}

/** Null when it failed. Vectors of a length that the model does not have cannot be compared: that is a failure, too. */
function passagesOf({ outcome }: IndexResult, { dimensions }: Generation): readonly PassageVector[] | null {
  if (outcome.kind === 'failed') return null;
  return outcome.passages.every(({ vector }) => vector.length === dimensions) ? outcome.passages : null;
}
