import type { DatabaseSync } from 'node:sqlite';
import { statement } from './connection.ts';
import { placesOf } from './passage-blocks.ts';
import { integer } from './rows.ts';

/** Blocks that one write removes, with their passages: some 10 ms. */
const BLOCKS_AT_ONCE = 2;

const GONE = "SELECT generation FROM vector_models WHERE phase = 'GONE' LIMIT 1";
const BLOCKS = `SELECT block_row, places FROM passage_blocks WHERE generation = ? LIMIT ${String(BLOCKS_AT_ONCE)}`;

/** Removes some vectors of a model that is to be removed, and at the end the model. Gives whether there may be more. */
export function removeVectors(db: DatabaseSync): boolean {
  const gone = statement(db, GONE).get();
  if (gone === undefined) return false;
  const generation = integer(gone, 'generation');
  const blocks = statement(db, BLOCKS).all(generation);
  for (const block of blocks) {
    for (const passage of placesOf(block)) statement(db, 'DELETE FROM passages WHERE passage_row = ?').run(passage);
    statement(db, 'DELETE FROM passage_blocks WHERE block_row = ?').run(integer(block, 'block_row'));
  }
  if (blocks.length === 0) statement(db, 'DELETE FROM vector_models WHERE generation = ?').run(generation);
  return true;
}
