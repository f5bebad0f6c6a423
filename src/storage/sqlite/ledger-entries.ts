import type { DatabaseSync } from 'node:sqlite';
import type { Scope } from '../../core/identity.ts';
import type { Role, Usage } from '../../core/thread.ts';
import type { LedgerLine } from '../ledger-line.ts';
import { statement } from './connection.ts';
import { ledgerLineOf } from './rows.ts';

/** A message that has come to its end, as the ledger counts it. */
export type Counted = {
  readonly role: Role;
  readonly model: string | null;
  readonly usage: Usage | null;
  readonly createdAt: number;
};

const ADD = `INSERT INTO ledger (owner_row, day, model, messages, replies, input_tokens, output_tokens)
  VALUES (:owner_row, :day, :model, :messages, :replies, :input_tokens, :output_tokens)
  ON CONFLICT DO UPDATE SET messages = messages + excluded.messages, replies = replies + excluded.replies,
    input_tokens = input_tokens + excluded.input_tokens, output_tokens = output_tokens + excluded.output_tokens`;

/** Counts messages of one owner, in the transaction that stores them. */
export function countInLedger(db: DatabaseSync, ownerRow: number, messages: readonly Counted[]): void {
  const alike = Map.groupBy(messages, ({ createdAt, model }) => `${dayOf(createdAt)} ${model ?? ''}`);
  for (const [first, ...others] of alike.values()) {
    if (first === undefined) continue;
    const all = [first, ...others];
    statement(db, ADD).run({
      owner_row: ownerRow,
      day: dayOf(first.createdAt),
      // The empty text stands for no model, so that a line has a key.
      model: first.model ?? '',
      messages: all.length,
      replies: all.filter(({ role }) => role === 'ASSISTANT').length,
      input_tokens: sumOf(all, ({ usage }) => usage?.inputTokens ?? 0),
      output_tokens: sumOf(all, ({ usage }) => usage?.outputTokens ?? 0),
    });
  }
}

/** UTC, `2026-11-23`. */
function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

function sumOf<Item>(items: readonly Item[], value: (item: Item) => number): number {
  return items.reduce((sum, item) => sum + value(item), 0);
}

type LedgerArgs = { readonly scope: Scope; readonly from: string; readonly to: string };

const READ = `SELECT te.tenant, o.owner, l.day, l.model, l.messages, l.replies, l.input_tokens, l.output_tokens
  FROM tenants te
  CROSS JOIN owners o ON o.tenant_row = te.tenant_row AND (:owner IS NULL OR o.owner = :owner)
  CROSS JOIN ledger l ON l.owner_row = o.owner_row AND l.day BETWEEN :from AND :to
  WHERE te.tenant = :tenant
  ORDER BY l.day, o.owner, l.model`;

/** The ledger's lines of a scope. */
export function readLedger(db: DatabaseSync, { scope, from, to }: LedgerArgs): LedgerLine[] {
  return statement(db, READ)
    .all({ tenant: scope.tenant, owner: scope.owner, from, to })
    .map((row) => ledgerLineOf(row, scope));
}
