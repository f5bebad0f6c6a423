import type { OwnerScope } from '../../core/identity.ts';
import type { ThreadKey } from '../../core/ids.ts';
import type { Call } from '../store.ts';
import type { Access, Change, Operation } from './access.ts';
import type { Recent } from './head.ts';
import { messagesAfter, messagesBefore } from './message-queries.ts';
import { idOf, integer, requireInScope, text, textOrNull, type Item } from './rows.ts';
import { aroundWords, type Context } from './search-words.ts';

/** A message near another, as far as the context of others needs it. */
export type Neighbour = {
  readonly id: string;
  readonly seq: number;
  readonly author: string | null;
  readonly createdAt: number;
  /** How it begins; null: it is context of none, as it is still being written. */
  readonly opening: string | null;
};

/** The messages with content around a place in a thread, by seq; those that are still being written are after it, too. */
export type Neighbourhood = { readonly before: readonly Neighbour[]; readonly after: readonly Neighbour[] };

/** How far context reaches. */
const REACH = 2;

/** Replies that are being written may stand between. */
const ROWS_AFTER = 8;

export async function neighbourhoodOf(
  access: Access,
  scope: OwnerScope,
  key: ThreadKey,
  seq: number,
  call: Call,
): Promise<Neighbourhood> {
  const [before, after] = await Promise.all([
    access.query('threads', messagesBefore(scope, key, seq, REACH), call),
    access.query('threads', messagesAfter(scope, key, seq, ROWS_AFTER), call),
  ]);
  return {
    before: before.map((row) => neighbourOf(row, scope)).reverse(),
    after: after.map((row) => neighbourOf(row, scope)),
  };
}

/**
 * The changes of what is written about the context of those after a place, once the message there has changed.
 * @param there what the message there is now, as context; null: it is none any more
 */
export function contextChanges({ before, after }: Neighbourhood, there: Neighbour | null): Operation[] {
  let said = [...before, ...(there === null ? [] : [there])].filter(({ opening }) => opening !== null);
  const operations: Operation[] = [];
  let passed = 0;
  for (const neighbour of after) {
    if (passed >= REACH) break;
    const [previous, earlier] = [said.at(-1), said.at(-2)];
    const context: Context = {
      previous: previous?.opening ?? null,
      earlier: earlier?.opening ?? null,
      after: previous?.seq ?? null,
    };
    const changes: Change[] = [
      { op: 'set', path: '/around', value: aroundWords(neighbour, context) },
      { op: 'set', path: '/after', value: context.after },
    ];
    operations.push({ kind: 'patch', id: neighbour.id, changes });
    if (neighbour.opening === null) continue;
    said = [...said, neighbour];
    passed += 1;
  }
  return operations;
}

/** The latest messages of a thread as its head keeps them, when all that is after a place is known. */
export function recentOf({ before, after }: Neighbourhood): readonly Recent[] {
  return [...before, ...after]
    .flatMap(({ id, seq, opening }) => (opening === null ? [] : [{ id, seq, text: opening }]))
    .slice(-REACH);
}

function neighbourOf(row: Item, scope: OwnerScope): Neighbour {
  requireInScope(row, scope);
  return {
    id: idOf(row),
    seq: integer(row, 'seq'),
    author: textOrNull(row, 'author'),
    createdAt: integer(row, 'createdAt'),
    opening: row['searched'] === true ? text(row, 'opening') : null,
  };
}
