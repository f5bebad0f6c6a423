import type { Scope } from '../../core/identity.ts';
import type { Head } from './head.ts';
import { lineItem, lineOf, type UseLine } from './owed.ts';
import { integer, listOf, requireInScope, text, type Item } from './rows.ts';

/** A row of the ledger: what one thread used on one day, of what its head owed up to a generation. */
export type LedgerRow = {
  readonly id: string;
  readonly owner: string;
  readonly day: string;
  readonly through: number;
  readonly lines: readonly UseLine[];
};

/** One row a thread and day; a thread that was made again with its id has another. */
export function ledgerRowId(thread: string, born: string): string {
  return `${thread}.${born}`;
}

/** @throws Error when the row is not of the scope */
export function ledgerRowOf(item: Item, scope: Scope): LedgerRow {
  requireInScope(item, scope);
  return {
    id: text(item, 'id'),
    owner: text(item, 'ownerId'),
    day: text(item, 'day'),
    through: integer(item, 'through'),
    lines: listOf(item, 'lines').map(lineOf),
  };
}

export function ledgerRowItem({ thread, born }: Head, row: Pick<LedgerRow, 'day' | 'through' | 'lines'>): Item {
  return {
    id: ledgerRowId(thread.id, born),
    tenantId: thread.tenant,
    ownerId: thread.owner,
    day: row.day,
    through: row.through,
    lines: row.lines.map(lineItem),
  };
}
