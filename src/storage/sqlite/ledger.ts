import type { Ledger } from '../store.ts';
import type { Access } from './access.ts';

/** The ledger port over an SQLite file. */
export function sqliteLedger(access: Access): Ledger {
  return {
    async read(scope, { from, to }, call) {
      const lines = await access.scan('readLedger', { scope, from, to }, call);
      call.meter.storage({ requests: 0, rows: lines.length });
      return lines;
    },
  };
}
