import { NEIGHBOUR_CHARACTERS, searchFields } from '../search-text.ts';
import type { SearchField } from '../candidates.ts';

/** What was said just before a message, as far as it counts as its context; null: nothing. */
export type Context = {
  readonly previous: string | null;
  readonly earlier: string | null;
  /** The seq of the message before. */
  readonly after: number | null;
};

/**
 * The mark that a term carries behind it, by the field that it stands in. With it, one full-text index serves all fields,
 * and the service's own analyser leaves our terms alone: no stop word and no stem ends in a digit.
 */
const MARKS: Readonly<Record<Exclude<SearchField, 'next'>, string>> = {
  text: '0',
  author: '1',
  said: '2',
  previous: '3',
  earlier: '4',
};

const FIELDS = new Map<string, SearchField>([
  ['0', 'text'],
  ['1', 'author'],
  ['2', 'said'],
  ['3', 'previous'],
  ['4', 'earlier'],
]);

/** Fields whose terms are known before a reply is written, or change with a message's neighbours. */
const AROUND = ['author', 'said', 'previous', 'earlier'] as const;

/** What a message says, as the full-text index holds it. */
export function textWords(content: string): string {
  const fields = searchFields({ content, author: null, createdAt: 0, previous: null, earlier: null, next: null });
  return fields.text.map((term) => markedTerm(term, 'text')).join(' ');
}

/** Who said it, when, and after what, as the full-text index holds it. */
export function aroundWords(
  source: { readonly author: string | null; readonly createdAt: number },
  { previous, earlier }: Context,
): string {
  const { author, createdAt } = source;
  const fields = searchFields({ content: '', author, createdAt, previous, earlier, next: null });
  return AROUND.flatMap((field) => fields[field].map((term) => markedTerm(term, field))).join(' ');
}

/** A term as it stands in the index for a field. Beyond ASCII it is spelt in hexadecimal: one token to any analyser. */
export function markedTerm(term: string, field: Exclude<SearchField, 'next'>): string {
  const plain = /^[a-z0-9]+$/.test(term) ? term : `x${Buffer.from(term).toString('hex')}`;
  return plain + MARKS[field];
}

/** Takes marked terms apart again; gives how many there are, and calls back with each. */
export function eachMarkedTerm(words: string, take: (marked: string, field: SearchField) => void): number {
  if (words === '') return 0;
  const all = words.split(' ');
  for (const marked of all) {
    const field = FIELDS.get(marked.at(-1) ?? '');
    if (field !== undefined) take(marked.slice(0, -1), field);
  }
  return all.length;
}

/** As much of a message as its neighbours carry along. */
export function windowOf(content: string): string {
  return content.slice(0, NEIGHBOUR_CHARACTERS);
}

/** Whether there is anything to search, or to be context, in a text. */
export function hasWords(content: string): boolean {
  return /\S/u.test(content);
}
