import { SkeinError } from '../core/errors.ts';
import { LIMITS } from '../core/limits.ts';
import type { Message, Thread } from '../core/thread.ts';
import type { Page, Window } from '../storage/store.ts';
import type { InputMaybe, PageInfo } from './generated.ts';

/** A Relay connection whose count is only taken when someone asks for it. */
type Connection<Item> = {
  readonly edges: readonly { readonly cursor: string; readonly node: Item }[];
  readonly pageInfo: PageInfo;
  readonly count: () => Promise<number>;
};

export type ThreadConnection = Connection<Thread>;
export type MessageConnection = Connection<Message>;

/** The arguments of every Relay list. */
type PageArguments = {
  first?: InputMaybe<number>;
  after?: InputMaybe<string>;
  last?: InputMaybe<number>;
  before?: InputMaybe<string>;
};

const DEFAULT_PAGE = 20;

/**
 * Turns a list's arguments into a window.
 * @param position decodes a cursor, and throws BAD_USER_INPUT naming the argument when it is not one
 * @throws SkeinError BAD_USER_INPUT
 */
export function windowOf<Position>(
  { first, after, last, before }: PageArguments,
  position: (cursor: string, argument: string) => Position,
): Window<Position> {
  if (first != null && last != null) {
    throw new SkeinError('BAD_USER_INPUT', 'Give `first` or `last`, not both.', { field: 'last' });
  }
  const fromEnd = last != null;
  const limit = pageSize(last ?? first ?? DEFAULT_PAGE, fromEnd ? 'last' : 'first');
  return {
    from: fromEnd ? 'end' : 'start',
    limit,
    after: after == null ? null : position(after, 'after'),
    before: before == null ? null : position(before, 'before'),
  };
}

/** A client may say null where the contract has a default; the generated types do not know. */
export function orDefault<Value>(given: Value | null | undefined, otherwise: Value): Value {
  return given ?? otherwise;
}

/** @throws SkeinError BAD_USER_INPUT unless it is 1 to 100 */
function pageSize(size: number, argument: string): number {
  return within(size, 1, LIMITS.pageSize, argument);
}

/** @throws SkeinError BAD_USER_INPUT unless least ≤ value ≤ most */
export function within(value: number, least: number, most: number, argument: string): number {
  if (value >= least && value <= most) return value;
  throw new SkeinError(
    'BAD_USER_INPUT',
    `\`${argument}\` must be ${String(least)} to ${String(most)}, not ${String(value)}.`,
    { field: argument },
  );
}

/** @param cursor gives an item's place in the list */
export function connectionOf<Item, Position>(
  page: Page<Item>,
  window: Window<Position>,
  cursor: (item: Item) => string,
  count: () => Promise<number>,
): Connection<Item> {
  const edges = page.items.map((node) => ({ cursor: cursor(node), node }));
  const fromStart = window.from === 'start';
  return {
    edges,
    pageInfo: {
      hasNextPage: fromStart ? page.more : window.before !== null,
      hasPreviousPage: fromStart ? window.after !== null : page.more,
      startCursor: edges.at(0)?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    count,
  };
}
