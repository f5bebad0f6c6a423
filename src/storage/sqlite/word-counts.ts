import type { DatabaseSync } from 'node:sqlite';
import { countTerms } from '../search-text.ts';
import type { WordCounts } from '../store.ts';
import { statement } from './connection.ts';
import { INDEXED_COLUMNS, indexedMessageOf } from './rows.ts';
import { CONTEXT, messagesAfter, messagesBefore } from './thread-context.ts';

const FIND = `SELECT ${INDEXED_COLUMNS} FROM messages m WHERE m.message_row = ?`;

/** Counts terms in a message and its context, as the index has them. */
export function wordCounts(db: DatabaseSync, messageRow: number, terms: readonly string[]): WordCounts {
  const message = indexedMessageOf(statement(db, FIND).get(messageRow) ?? {});
  const { author, content, createdAt } = message;
  const [earlier, previous] = lastTwo(messagesBefore(db, message, CONTEXT.before));
  const [next] = messagesAfter(db, message, CONTEXT.after);
  return countTerms(
    {
      author,
      content,
      createdAt,
      previous: previous?.content ?? null,
      earlier: earlier?.content ?? null,
      next: next?.content ?? null,
    },
    terms,
  );
}

function lastTwo<Item>(items: readonly Item[]): [Item | undefined, Item | undefined] {
  return [items.at(-2), items.at(-1)];
}
