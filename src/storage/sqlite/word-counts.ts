import { wordCounter } from '../search-text.ts';
import type { WordCounts } from '../candidates.ts';
import { integer, text, textOrNull, type Row } from './rows.ts';
import { CONTEXT_COLUMNS } from './thread-context.ts';

/** The columns of messages (alias `m`) and their context whose words are counted. */
export const COUNTED_COLUMNS = `m.author, m.created_at, m.content, ${CONTEXT_COLUMNS}`;

/** Counts terms in messages and their context, as the index has them: in rows with `COUNTED_COLUMNS`, in their order. */
export function wordCounts(rows: readonly Row[], terms: readonly string[]): WordCounts[] {
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
