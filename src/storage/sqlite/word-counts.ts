import type { DatabaseSync } from 'node:sqlite';
import { wordCounter } from '../search-text.ts';
import type { WordCounts } from '../candidates.ts';
import { statement } from './connection.ts';
import { integer, text, textOrNull } from './rows.ts';
import { CONTEXT_COLUMNS } from './thread-context.ts';

// One statement for all: the way into SQLite and back costs more than the reading.
const FIND = `SELECT m.author, m.created_at, m.content, ${CONTEXT_COLUMNS}
  FROM json_each(?) j CROSS JOIN messages m ON m.message_row = j.value ORDER BY j.key`;

/** Counts terms in messages and their context, as the index has them. In the order of the rows, all of which exist. */
export function wordCounts(db: DatabaseSync, messageRows: readonly number[], terms: readonly string[]): WordCounts[] {
  const rows = statement(db, FIND).all(JSON.stringify(messageRows));
  if (rows.length !== messageRows.length) throw new Error('A message that was found in the index is not there.');
  const count = wordCounter(terms);
  return rows.map((row) =>
    count({
      author: textOrNull(row, 'author'),
      content: text(row, 'content'),
      createdAt: integer(row, 'created_at'),
      previous: textOrNull(row, 'previous'),
      earlier: textOrNull(row, 'earlier'),
      next: textOrNull(row, 'next'),
    }),
  );
}
