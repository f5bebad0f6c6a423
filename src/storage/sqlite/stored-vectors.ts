import type { DatabaseSync } from 'node:sqlite';
import type { Scope } from '../../core/identity.ts';
import { messageKeyText, type MessageKey } from '../../core/ids.ts';
import { wholeOf } from '../passage-context.ts';
import { statement } from './connection.ts';
import { LIVE_THREAD } from './filters.ts';
import { fromInt8 } from './quantized.ts';
import { bytes, KEY_COLUMNS, messageKeyOf } from './rows.ts';
import { isOf } from './thread-reads.ts';
import { searchedGeneration } from './vector-model.ts';

type Args = {
  readonly scope: Scope;
  readonly model: { readonly model: string; readonly dimensions: number };
  readonly keys: readonly MessageKey[];
  readonly now: number;
};

const FIND = `SELECT ${KEY_COLUMNS}, p.own
  FROM json_each(:keys) j
  CROSS JOIN tenants te ON te.tenant = :tenant
  CROSS JOIN owners o ON o.tenant_row = te.tenant_row AND o.owner = j.value ->> 0
  CROSS JOIN threads t ON t.owner_row = o.owner_row AND t.id = j.value ->> 1
  CROSS JOIN messages m ON m.thread_row = t.thread_row AND m.id = j.value ->> 2
  CROSS JOIN passages p ON p.generation = :generation AND p.message_row = m.message_row
  WHERE ${LIVE_THREAD} ORDER BY p.message_row, p.part`;

/** The vectors of messages, each whole and by itself; null for one that has none of the model. */
export function vectorsOf(db: DatabaseSync, { scope, model, keys, now }: Args): (Float32Array | null)[] {
  const generation = searchedGeneration(db, model.model, model.dimensions);
  if (generation === null) return keys.map(() => null);
  const asked = keys.filter(({ owner }) => isOf(scope, owner));
  const rows = statement(db, FIND).all({
    tenant: scope.tenant,
    generation,
    keys: JSON.stringify(asked.map(({ owner, thread, message }) => [owner, thread, message])),
    now,
  });
  const own = Map.groupBy(rows, (row) => messageKeyText(messageKeyOf(row, scope)));
  return keys.map((key) => wholeOf((own.get(messageKeyText(key)) ?? []).map((row) => fromInt8(bytes(row, 'own')))));
}
