import { threadKeyOfMessage, type Message } from '../core/thread.ts';
import type { Window } from '../storage/store.ts';
import { orDefault, within } from './connection.ts';
import type { InputMaybe } from './generated.ts';
import type { Loaders } from './loaders.ts';

const MOST_NEIGHBOURS = 20;

type Around = { before?: InputMaybe<number>; after?: InputMaybe<number> };

/**
 * The messages around one in its thread, by seq; those of many messages go to storage together.
 * @throws SkeinError BAD_USER_INPUT unless 0 to 20 are asked for on each side
 */
export async function neighboursOf(message: Message, given: Around, loaders: Loaders): Promise<Message[]> {
  const thread = threadKeyOfMessage(message);
  const before = within(orDefault(given.before, 1), 0, MOST_NEIGHBOURS, 'before');
  const after = within(orDefault(given.after, 1), 0, MOST_NEIGHBOURS, 'after');
  const windows: Window<number>[] = [
    { from: 'end', limit: before, after: null, before: message.seq },
    { from: 'start', limit: after, after: message.seq, before: null },
  ];
  const pages = await Promise.all(
    windows.filter(({ limit }) => limit > 0).map((window) => loaders.messages.load({ thread, filter: {}, window })),
  );
  return pages.flatMap(({ items }) => items);
}
