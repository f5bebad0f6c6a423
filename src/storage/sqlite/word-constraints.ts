import type { DatabaseSync } from 'node:sqlite';
import { termOf, wordsIn } from '../../core/words.ts';
import type { WordConstraints } from '../candidates.ts';
import { allOf, type Where } from './filters.ts';
import { allIn, anyOf, type TextScope } from './scoped-terms.ts';

const FOUND = (name: string) => `(SELECT rowid FROM text_index WHERE text_index MATCH :${name})`;

/**
 * What a query demands of messages (alias `m`) beside its words. The index finds those that may fit; whether the words of
 * a phrase follow each other is read in the text itself, by `has_phrase`.
 */
export function meets({ phrases, excluded, authors }: WordConstraints, scope: TextScope): Where {
  const unwanted = excluded.map(termOf).filter((term) => term !== '');
  return allOf([
    ...phrases.map((phrase, at) => ({
      sql: `m.message_row IN ${FOUND(`phrase_${String(at)}`)} AND has_phrase(m.content, :phrase_${String(at)}_words)`,
      params: {
        [`phrase_${String(at)}`]: allIn('text', phrase.map(termOf), scope),
        [`phrase_${String(at)}_words`]: phrase.join(' '),
      },
    })),
    authors.length === 0
      ? null
      : {
          sql: `m.message_row IN ${FOUND('authors')}`,
          params: {
            authors: authors.map((name) => `(${allIn('author', name.map(termOf), scope)})`).join(' OR '),
          },
        },
    unwanted.length === 0
      ? null
      : {
          sql: `m.message_row NOT IN ${FOUND('excluded')}`,
          params: { excluded: `text : (${anyOf(unwanted, scope)})` },
        },
  ]);
}

/** Whether the query demands anything. */
export function demandsNothing({ phrases, excluded, authors }: WordConstraints): boolean {
  return phrases.length + excluded.length + authors.length === 0;
}

const readers = new WeakSet<DatabaseSync>();

/** Gives the connection the function `has_phrase(content, words)`, once. */
export function defineHasPhrase(db: DatabaseSync): void {
  if (readers.has(db)) return;
  readers.add(db);
  db.function('has_phrase', { deterministic: true }, (content, words) =>
    typeof content === 'string' && typeof words === 'string' && hasPhrase(content, words.split(' ')) ? 1 : 0,
  );
}

function hasPhrase(content: string, phrase: readonly string[]): boolean {
  const words = wordsIn(content);
  return words.some((_, at) => phrase.every((word, ahead) => words[at + ahead]?.word === word));
}
