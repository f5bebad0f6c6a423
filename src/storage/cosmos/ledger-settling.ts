import type { OwnerScope } from '../../core/identity.ts';
import type { Call } from '../store.ts';
import type { Head } from './head.ts';
import { readHead, replaceHead } from './heads.ts';
import { ledgerRowId, ledgerRowItem, ledgerRowOf } from './ledger-row.ts';
import { merged, type Owed, type UseLine } from './owed.ts';
import { startPace } from './pacing.ts';
import type { Parts } from './parts.ts';
import { etagOf } from './rows.ts';

/**
 * Gives the ledger all that a head owes it, each count once, however often this is broken off and done again: what is
 * owed is set apart under a generation, each row takes it over with that generation, and only then the head lets go of
 * it. Gives the head, which owes nothing now; null when it has gone meanwhile.
 */
export async function settleOwed(parts: Parts, scope: OwnerScope, found: Head, call: Call): Promise<Head | null> {
  let head = found;
  for (const pace = startPace(parts.access); ;) {
    const { generation, lines, due }: Owed = head.owed;
    if (due === null && lines.length === 0) return head;
    if (due !== null) {
      const days = Map.groupBy(due.lines, ({ day }) => day);
      for (const [day, ofDay] of days)
        await addToRow(parts, scope, head, { day, lines: ofDay, through: due.generation }, call);
    }
    const owed: Owed =
      due === null
        ? { generation: generation + 1, lines: [], due: { generation: generation + 1, lines } }
        : { generation, lines, due: null };
    const settled: Head | null = await replaceHead(parts, scope, { ...head, owed }, call);
    if (settled === null) await pace.stalled();
    const next = settled ?? (await readHead(parts, scope, head.thread.id, call));
    // It has gone, or another thread was made with its id meanwhile.
    if (next?.born !== found.born) return null;
    head = next;
  }
}

type Addition = { readonly day: string; readonly lines: readonly UseLine[]; readonly through: number };

async function addToRow(parts: Parts, scope: OwnerScope, head: Head, addition: Addition, call: Call): Promise<void> {
  const { access } = parts;
  const { day, lines, through } = addition;
  const key = [scope.tenant, day];
  for (const pace = startPace(access); ;) {
    const found = await access.read('ledger', key, ledgerRowId(head.thread.id, head.born), call);
    const before = found && ledgerRowOf(found, scope);
    if (before !== null && before.through >= through) return;
    const item = ledgerRowItem(head, { day, through, lines: merged([...(before?.lines ?? []), ...lines]) });
    const end = await access.batch(
      'ledger',
      key,
      [found === null ? { kind: 'create', item } : { kind: 'replace', item, etag: etagOf(found) }],
      call,
    );
    if (end.kind === 'done') return;
    await pace.stalled();
  }
}
