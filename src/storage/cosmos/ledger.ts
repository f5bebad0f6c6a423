import type { Scope } from '../../core/identity.ts';
import type { LedgerLine } from '../ledger-line.ts';
import type { Ledger } from '../store.ts';
import { ledgerRowId, ledgerRowOf } from './ledger-row.ts';
import { owedBy } from './head.ts';
import type { UseLine } from './owed.ts';
import type { Parts } from './parts.ts';
import { ledgerRows, owingHeads } from './ledger-queries.ts';
import { requireInScope, text, type Item } from './rows.ts';

/** The ledger port over Cosmos DB: what the ledger has, and what heads owe it. */
export function cosmosLedger({ access }: Pick<Parts, 'access'>): Ledger {
  return {
    async read(scope, days, call) {
      // Heads first: what moves to the ledger between the two reads is then seen in both, and counted once.
      const heads = await access.query('threads', owingHeads(scope, days), call);
      const rows = (await access.query('ledger', ledgerRows(scope, days), call)).map((row) => ledgerRowOf(row, scope));
      const through = new Map(rows.map((row) => [`${row.id} ${row.day}`, row.through]));
      const sums = new Map<string, LedgerLine>();
      for (const { owner, lines } of rows) for (const line of lines) add(sums, owner, line);
      for (const head of heads) {
        for (const { line, generation } of owedLines(head, scope)) {
          const isThere = (through.get(`${rowIdOf(head)} ${line.day}`) ?? 0) >= generation;
          if (!isThere && line.day >= days.from && line.day <= days.to) add(sums, text(head, 'ownerId'), line);
        }
      }
      return [...sums.values()].sort(byDayOwnerModel);
    },
  };
}

function owedLines(head: Item, scope: Scope): { line: UseLine; generation: number }[] {
  requireInScope(head, scope);
  const { generation, lines, due } = owedBy(head);
  return [
    // They will go under the next generation.
    ...lines.map((line) => ({ line, generation: generation + 1 })),
    ...(due?.lines ?? []).map((line) => ({ line, generation: due?.generation ?? 0 })),
  ];
}

function rowIdOf(head: Item): string {
  return ledgerRowId(text(head, 'threadId'), text(head, 'born'));
}

function add(sums: Map<string, LedgerLine>, owner: string, { day, model, ...use }: UseLine): void {
  const name = JSON.stringify([day, owner, model]);
  const before = sums.get(name);
  sums.set(name, {
    day,
    owner,
    model,
    messages: use.messages + (before?.messages ?? 0),
    replies: use.replies + (before?.replies ?? 0),
    usage: {
      inputTokens: use.inputTokens + (before?.usage.inputTokens ?? 0),
      outputTokens: use.outputTokens + (before?.usage.outputTokens ?? 0),
    },
  });
}

function byDayOwnerModel(one: LedgerLine, other: LedgerLine): number {
  return compare(one.day, other.day) || compare(one.owner, other.owner) || compare(one.model ?? '', other.model ?? '');
}

function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
