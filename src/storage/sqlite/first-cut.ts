import { anyOf, type TextScope } from './scoped-terms.ts';

/** A term and how many messages of the scope have it, in any field. */
export type CountedTerm = { readonly term: string; readonly frequency: number };

/**
 * How many messages the first cut looks at, about: each costs a microsecond. Measured on a million messages, tenant-wide:
 * the ten best are as good as those of all messages within 0.2 % (by the sum of their scores), in half of the time.
 */
export const LOOKED_AT = 40_000;

/** The part of a term's messages that have it in themselves, not only around them. */
const OWN_PART = 0.3;

/**
 * What the text index is asked for when it would be too much to look at everything that has any of the terms: the rarest
 * count wherever they are, the next ones only in the message itself, the commonest not at all. Null: all may be asked for.
 * @param terms distinct
 */
export function firstCut(terms: readonly CountedTerm[], scope: TextScope): string | null {
  const all = terms.reduce((sum, { frequency }) => sum + frequency, 0);
  if (all <= LOOKED_AT) return null;
  let room = LOOKED_AT;
  const fitting = (some: readonly CountedTerm[], part: number): readonly CountedTerm[] =>
    some.filter(({ frequency }) => {
      const fits = frequency * part <= room;
      if (fits) room -= frequency * part;
      return fits;
    });
  const rarestFirst = terms.toSorted((one, other) => one.frequency - other.frequency);
  const own = fitting(rarestFirst, OWN_PART);
  const anywhere = fitting(own, 1 - OWN_PART);
  const onlyOwn = own.length > 0 ? own.filter((term) => !anywhere.includes(term)) : rarestFirst.slice(0, 1);
  return [
    ...(anywhere.length > 0 ? [anyOf(termsOf(anywhere), scope)] : []),
    ...(onlyOwn.length > 0 ? [`{text author} : (${anyOf(termsOf(onlyOwn), scope)})`] : []),
  ].join(' OR ');
}

function termsOf(terms: readonly CountedTerm[]): string[] {
  return terms.map(({ term }) => term);
}
