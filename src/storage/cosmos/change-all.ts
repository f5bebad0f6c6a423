import type { Call } from '../store.ts';
import type { Access, Operation } from './access.ts';
import { startPace } from './pacing.ts';
import type { Query } from './query.ts';
import { tenantIn, threadKeyIn, type Item } from './rows.ts';

const BATCH = 100;
const ROWS = 1_000;

/**
 * Changes every item that a query finds, of all tenants, in batches of one thread each, until it finds none: a change
 * must take its item out of the query. Broken off, it goes on when it is called again.
 */
export async function changeAll(
  access: Access,
  query: (rows: number) => Query,
  change: (row: Item) => Operation,
  call: Call,
): Promise<void> {
  for (const pace = startPace(access); ;) {
    const rows = await access.query('threads', query(ROWS), call);
    if (rows.length === 0) return;
    await pace.stalled();
    const partitions = Map.groupBy(rows, (row) => JSON.stringify(partitionIn(row)));
    for (const items of partitions.values()) {
      const [first] = items;
      for (let at = 0; first !== undefined && at < items.length; at += BATCH) {
        const operations = items.slice(at, at + BATCH).map(change);
        const end = await access.batch('threads', partitionIn(first), operations, call);
        if (end.kind === 'done') pace.moved();
      }
    }
  }
}

function partitionIn(row: Item): string[] {
  const { owner, thread } = threadKeyIn(row);
  return [tenantIn(row), owner, thread];
}
