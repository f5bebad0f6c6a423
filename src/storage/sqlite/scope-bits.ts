import type { DatabaseSync } from 'node:sqlite';
import { openBitRows, type BitRows } from './bit-rows.ts';
import { statement } from './connection.ts';
import { BLOCK_PASSAGES, placesOf } from './passage-blocks.ts';
import { bytesOfBits } from './quantized.ts';
import { bytes, integer, type Row } from './rows.ts';
import type { TextScope } from './scoped-terms.ts';

/** The bits of all passages of a scope, as a thread has them in memory: each block at a place of its own. */
type ScopeBits = {
  readonly rows: BitRows;
  readonly placeOf: Map<number, number>;
  readonly free: number[];
  /** The highest version of a block that has been read. */
  version: number;
  /** When blocks were last looked at, by SQLite's count of other connections' commits. */
  looked: number;
};

/** What is kept in memory between searches, of a connection. The scopes searched longest ago go first. */
const KEPT_BYTES = 256 * 1024 * 1024;

const kept = new WeakMap<DatabaseSync, Map<string, ScopeBits>>();

/**
 * The bits of a generation's passages in a scope, as they are now. Blocks that have changed since the last time are read
 * again, the others are not: of a million messages they take 100 MB.
 * @param keptBytes what all scopes of this connection may take, this one always
 */
export function bitsOfScope(
  db: DatabaseSync,
  generation: number,
  scope: TextScope,
  dimensions: number,
  keptBytes: number = KEPT_BYTES,
): BitRows {
  const scopes = kept.get(db) ?? new Map<string, ScopeBits>();
  kept.set(db, scopes);
  const name = JSON.stringify([generation, scope.tenantRow, scope.ownerRow]);
  const bits = scopes.get(name) ?? {
    rows: openBitRows(bytesOfBits(dimensions)),
    placeOf: new Map<number, number>(),
    free: [],
    version: 0,
    looked: 0,
  };
  scopes.delete(name);
  scopes.set(name, bits);
  refresh(db, generation, scope, bits);
  dropOldest(scopes, bits, keptBytes);
  return bits.rows;
}

const commits = (db: DatabaseSync): number => integer(statement(db, 'PRAGMA data_version').get() ?? {}, 'data_version');

// The same for an owner and for a tenant, by an index of each.
const queriesOf = (column: string) => {
  const its = `FROM passage_blocks WHERE generation = ? AND ${column} = ?`;
  return {
    changed: `SELECT block_row, version, places, bits ${its} AND version > ?`,
    count: `SELECT count(*) AS blocks ${its}`,
    all: `SELECT block_row ${its}`,
  };
};
const OF_OWNER = queriesOf('owner_row');
const OF_TENANT = queriesOf('tenant_row');

function refresh(db: DatabaseSync, generation: number, { tenantRow, ownerRow }: TextScope, bits: ScopeBits): void {
  const now = commits(db);
  if (bits.looked === now) return;
  const queries = ownerRow === null ? OF_TENANT : OF_OWNER;
  const whose = [generation, ownerRow ?? tenantRow] as const;
  let version = bits.version;
  for (const row of statement(db, queries.changed).iterate(...whose, bits.version)) {
    putBlock(bits, row);
    version = Math.max(version, integer(row, 'version'));
  }
  bits.version = version;
  if (integer(statement(db, queries.count).get(...whose) ?? {}, 'blocks') !== bits.placeOf.size) {
    const there = statement(db, queries.all).all(...whose);
    forget(bits, new Set(there.map((row) => integer(row, 'block_row'))));
  }
  bits.looked = now;
}

function putBlock({ rows, placeOf, free }: ScopeBits, row: Row): void {
  const block = integer(row, 'block_row');
  let place = placeOf.get(block);
  if (place === undefined) placeOf.set(block, (place = free.pop() ?? placeOf.size));
  rows.put(place * BLOCK_PASSAGES, placesOf(row), bytes(row, 'bits'));
}

/** Blocks that are no longer there leave their places to others. */
function forget({ rows, placeOf, free }: ScopeBits, there: ReadonlySet<number>): void {
  for (const [block, place] of placeOf) {
    if (there.has(block)) continue;
    rows.clear(place * BLOCK_PASSAGES, BLOCK_PASSAGES);
    placeOf.delete(block);
    free.push(place);
  }
}

function dropOldest(scopes: Map<string, ScopeBits>, used: ScopeBits, keptBytes: number): void {
  let bytesKept = 0;
  for (const { rows } of scopes.values()) bytesKept += rows.bytes;
  for (const [name, bits] of scopes) {
    if (bytesKept <= keptBytes || bits === used) return;
    scopes.delete(name);
    bytesKept -= bits.rows.bytes;
  }
}
