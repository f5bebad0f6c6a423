import type { DatabaseSync } from 'node:sqlite';
import { isSameModel, type EmbeddingModel } from '../../core/embedding-model.ts';
import type { IndexModels } from '../indexed.ts';
import { statement } from './connection.ts';
import { LIVE_THREAD } from './filters.ts';
import { integer } from './rows.ts';
import { generationIn } from './vector-model.ts';

/** How many messages one write puts on the list of those to embed anew: some 20 ms. */
const ENLISTED_AT_ONCE = 5_000;

const ADD = `INSERT INTO vector_models (phase, model, dimensions, origin, done, enlisted, enlist_to)
  VALUES (:phase, :model, :dimensions, :origin, 0, 0, (SELECT coalesce(max(message_row), 0) FROM messages))`;
const KEEP_ORIGIN = 'UPDATE vector_models SET origin = :origin WHERE generation = :generation AND origin <> :origin';
const GIVE_UP = "UPDATE vector_models SET phase = 'GONE' WHERE phase = 'BUILDING'";

/** Has a model serve, if it is the first, or be built in the place of another that was being built. Drops nothing. */
export function adoptModel(db: DatabaseSync, { model, dimensions, origin }: EmbeddingModel): IndexModels {
  const fields = { model, dimensions, origin: JSON.stringify(origin) };
  const serving = generationIn(db, 'SERVING');
  const building = generationIn(db, 'BUILDING');
  const known = [serving, building].find((one) => one !== null && isSameModel(one, { model, dimensions }));
  if (known != null) statement(db, KEEP_ORIGIN).run({ generation: known.generation, origin: fields.origin });
  if (building !== null && known?.generation !== building.generation) {
    statement(db, GIVE_UP).run();
    statement(db, 'DELETE FROM building_queue').run();
  }
  if (known == null) {
    statement(db, ADD).run({ ...fields, phase: serving === null ? 'SERVING' : 'BUILDING' });
    enlist(db, null);
  }
  return indexModels(db);
}

const PROGRESS = `SELECT done, max(0, enlist_to - enlisted) AS unlisted,
    (SELECT count(*) FROM building_queue WHERE failed = 0) AS waiting
  FROM vector_models WHERE phase = 'BUILDING'`;

/** Which models there are, and how far the building one is. */
export function indexModels(db: DatabaseSync): IndexModels {
  const progress = statement(db, PROGRESS).get();
  const done = progress === undefined ? 0 : integer(progress, 'done');
  // Rows that are not listed yet are taken for messages to embed, which most are.
  const left = progress === undefined ? 0 : integer(progress, 'waiting') + integer(progress, 'unlisted');
  const [serving, building] = (['SERVING', 'BUILDING'] as const).map((phase) => {
    const found = generationIn(db, phase);
    return found && { model: found.model, dimensions: found.dimensions, origin: found.origin };
  });
  return { serving: serving ?? null, building: building ?? null, done, total: done + left };
}

// What was there when the building began: whatever has vectors, waits for them, or failed to get them.
const LIST = `INSERT OR IGNORE INTO building_queue (failed, message_row)
  SELECT 0, m.message_row FROM messages m
  WHERE m.message_row > :from AND m.message_row <= :to AND m.status <> 'PENDING' AND (m.indexing <> 'READY'
    OR EXISTS (SELECT 1 FROM passages p WHERE p.generation = :serving AND p.message_row = m.message_row))`;
const SLICE = `SELECT generation, enlisted, enlist_to, coalesce((SELECT max(message_row) FROM (
    SELECT message_row FROM messages WHERE message_row > enlisted AND message_row <= enlist_to
    ORDER BY message_row LIMIT ${String(ENLISTED_AT_ONCE)})), enlist_to) AS upto
  FROM vector_models WHERE phase = 'BUILDING' AND enlisted < enlist_to`;

/** Puts some more of the messages that were there already on the list to embed anew. Gives whether there may be more. */
export function enlist(db: DatabaseSync, _args: null): boolean {
  const slice = statement(db, SLICE).get();
  const serving = generationIn(db, 'SERVING');
  if (slice === undefined || serving === null) return false;
  const to = integer(slice, 'upto');
  statement(db, LIST).run({ from: integer(slice, 'enlisted'), to, serving: serving.generation });
  statement(db, 'UPDATE vector_models SET enlisted = ? WHERE generation = ?').run(to, integer(slice, 'generation'));
  return to < integer(slice, 'enlist_to');
}

/** Called in the transaction in which messages came to be searched: they need the building model's vectors, too. */
export function awaitBuilding(db: DatabaseSync, messageRows: readonly number[]): void {
  if (messageRows.length === 0 || generationIn(db, 'BUILDING') === null) return;
  const add = statement(db, 'INSERT OR IGNORE INTO building_queue (failed, message_row) VALUES (0, ?)');
  for (const row of messageRows) add.run(row);
}

/** Called in the transaction that removes a message. */
export function awaitNoMore(db: DatabaseSync, messageRow: number): void {
  statement(db, 'DELETE FROM building_queue WHERE failed IN (0, 1) AND message_row = ?').run(messageRow);
}

/** A waiting message has the building model's vectors now, or was refused by it. Gives whether it did wait. */
export function settle(db: DatabaseSync, generation: number, messageRow: number, failed: boolean): boolean {
  const { changes } = statement(db, 'DELETE FROM building_queue WHERE failed = 0 AND message_row = ?').run(messageRow);
  if (changes === 0) return false;
  if (failed) statement(db, 'INSERT INTO building_queue (failed, message_row) VALUES (1, ?)').run(messageRow);
  statement(db, 'UPDATE vector_models SET done = done + 1 WHERE generation = ?').run(generation);
  return true;
}

const STILL_NEEDED = `SELECT 1 FROM building_queue q CROSS JOIN messages m ON m.message_row = q.message_row
  CROSS JOIN threads t ON t.thread_row = m.thread_row
  WHERE q.failed = 0 AND m.indexing = 'READY' AND ${LIVE_THREAD} LIMIT 1`;
// What is findable by the new model's vectors is READY, what it refused FAILED, and what it has not seen yet PENDING.
const markReady = (was: 'PENDING' | 'FAILED') => `UPDATE messages SET indexing = 'READY' WHERE indexing = '${was}'
  AND EXISTS (SELECT 1 FROM passages p WHERE p.generation = :generation AND p.message_row = messages.message_row)`;
const MARK_LISTED = `UPDATE messages SET indexing = :becomes
  WHERE message_row IN (SELECT message_row FROM building_queue WHERE failed = :failed)`;

/** Has the building generation serve. Gives whether it does: not while what the serving one finds waits for it. */
export function promote(db: DatabaseSync, { model, now }: { model: string; now: number }): boolean {
  const building = generationIn(db, 'BUILDING');
  if (building?.model !== model) return false;
  const { enlisted, enlist_to: last } =
    statement(db, 'SELECT enlisted, enlist_to FROM vector_models WHERE generation = ?').get(building.generation) ?? {};
  if (enlisted !== last || statement(db, STILL_NEEDED).get({ now }) !== undefined) return false;
  for (const was of ['PENDING', 'FAILED'] as const) {
    statement(db, markReady(was)).run({ generation: building.generation });
  }
  statement(db, MARK_LISTED).run({ becomes: 'FAILED', failed: 1 });
  statement(db, MARK_LISTED).run({ becomes: 'PENDING', failed: 0 });
  statement(db, 'DELETE FROM building_queue').run();
  db.exec(`UPDATE vector_models SET phase = 'RETIRED' WHERE phase = 'SERVING';
    UPDATE vector_models SET phase = 'SERVING' WHERE phase = 'BUILDING';`);
  return true;
}

/** Has the vectors of models that served before removed, by `removeVectors`. */
export function discardRetired(db: DatabaseSync, _args: null): void {
  statement(db, "UPDATE vector_models SET phase = 'GONE' WHERE phase = 'RETIRED'").run();
}
