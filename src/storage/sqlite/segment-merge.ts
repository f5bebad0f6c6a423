import type { DatabaseSync } from 'node:sqlite';
import { statement, totalChanges } from './connection.ts';
import { integer } from './rows.ts';

/** Of so many segments and fewer, merging spares a search less than it takes. */
const FEW = 8;

/** Pages of 4 KB that a step writes, in 3 to 9 ms (measured): an append may have to wait for one. */
const STEP_PAGES = 64;

/** Segments of one size that are merged: the least there can be. */
const AT_ONCE = 2;

// By the first page of each, as the index of this table goes by segment: it has a row a page.
const SEGMENTS = `WITH RECURSIVE found (segment) AS (
    SELECT min(segid) FROM text_index_idx
    UNION ALL
    SELECT (SELECT min(segid) FROM text_index_idx WHERE segid > segment) FROM found WHERE segment IS NOT NULL
  )
  SELECT count(segment) AS segments FROM found`;
const CONFIGURED = "SELECT v AS segments FROM text_index_config WHERE k = 'usermerge'";
// FTS5 takes a bound number for no whole one.
const CONFIGURE = `INSERT INTO text_index (text_index, rank) VALUES ('usermerge', ${String(AT_ONCE)})`;
const MERGE = `INSERT INTO text_index (text_index, rank) VALUES ('merge', ${String(STEP_PAGES)})`;

/**
 * Does a step of merging the text index's segments, if they are many. FTS5 looks a word up in each of them, three times a
 * search and word (how many messages have it, the same for the score, and which). What it merges by itself while messages
 * come leaves up to sixteen of each size: a million messages had 27, and two after this, in 2,700 steps. Hardly any room
 * is needed for it: what has been merged goes step by step.
 * @param args.begun whether a step has just been done: then it goes on, however few are left
 * @returns whether there is more to do
 */
export function mergeSegments(db: DatabaseSync, { begun }: { begun: boolean }): boolean {
  if (!begun) {
    if (segmentsOf(db) <= FEW) return false;
    const configured = statement(db, CONFIGURED).get();
    if (configured === undefined || integer(configured, 'segments') !== AT_ONCE) statement(db, CONFIGURE).run();
  }
  const before = totalChanges(db);
  statement(db, MERGE).run();
  // By FTS5's documentation, the one change is that of a step which has found nothing to merge.
  return totalChanges(db) - before > 1;
}

/** How many segments the text index has. */
export function segmentsOf(db: DatabaseSync): number {
  return integer(statement(db, SEGMENTS).get() ?? {}, 'segments');
}
