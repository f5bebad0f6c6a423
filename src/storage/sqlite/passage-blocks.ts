import type { DatabaseSync } from 'node:sqlite';
import { statement } from './connection.ts';
import { bytesOfBits } from './quantized.ts';
import { bytes, integer, type Row } from './rows.ts';
import type { Generation } from './generation.ts';

/** Passages a block: 16 KB of bits at 512 components. */
export const BLOCK_PASSAGES = 256;
const PLACE_BYTES = Float64Array.BYTES_PER_ELEMENT;

/** Whose passage it is. */
export type Owner = { readonly tenantRow: number; readonly ownerRow: number };

/** Where the bits of a passage stand. */
export type Slot = { readonly blockRow: number; readonly slot: number };

type Block = { live: number; places: Float64Array; bits: Uint8Array; changed: boolean };

/** Blocks as one write changes them: each is read once and written once, by `save`. */
export type PassageBlocks = {
  /** Puts the bits of a passage among its owner's. */
  add(owner: Owner, passageRow: number, bits: Uint8Array): Slot;
  replace(slot: Slot, bits: Uint8Array): void;
  remove(slot: Slot): void;
  save(): void;
};

const READ = 'SELECT live, places, bits FROM passage_blocks WHERE block_row = ?';
const OPEN = `SELECT block_row FROM passage_blocks WHERE generation = ? AND owner_row = ? AND live < ${String(BLOCK_PASSAGES)} LIMIT 1`;
const MAKE = `INSERT INTO passage_blocks (generation, tenant_row, owner_row, version, live, places, bits)
  VALUES (?, ?, ?, 0, 0, zeroblob(0), zeroblob(0))`;
const WRITE = 'UPDATE passage_blocks SET version = ?, live = ?, places = ?, bits = ? WHERE block_row = ?';
// Versions go up and up, whatever is dropped: who has read blocks up to one knows by it which have changed since.
const NEXT_VERSION = `UPDATE vector_models SET block_version = block_version + 1 WHERE generation = ?
  RETURNING block_version AS version`;
const DROP = 'DELETE FROM passage_blocks WHERE block_row = ?';

/** @param generation whose blocks; its vectors have `dimensions` components */
export function openPassageBlocks(
  db: DatabaseSync,
  { generation, dimensions }: Pick<Generation, 'generation' | 'dimensions'>,
): PassageBlocks {
  const bitBytes = bytesOfBits(dimensions);
  const blocks = new Map<number, Block>();
  const openOf = new Map<number, number>();

  function blockAt(blockRow: number): Block {
    let block = blocks.get(blockRow);
    if (block === undefined) {
      block = blockOf(statement(db, READ).get(blockRow) ?? {});
      blocks.set(blockRow, block);
    }
    return block;
  }

  function openBlock({ tenantRow, ownerRow }: Owner): number {
    const known = openOf.get(ownerRow);
    if (known !== undefined && blockAt(known).live < BLOCK_PASSAGES) return known;
    // A block that this write has filled is still open on the disk.
    if (known !== undefined) save();
    const found = statement(db, OPEN).get(generation, ownerRow);
    const blockRow =
      found === undefined
        ? Number(statement(db, MAKE).run(generation, tenantRow, ownerRow).lastInsertRowid)
        : integer(found, 'block_row');
    openOf.set(ownerRow, blockRow);
    return blockRow;
  }

  function save(): void {
    const changed = [...blocks].filter(([, block]) => block.changed);
    const version = changed.length === 0 ? 0 : integer(statement(db, NEXT_VERSION).get(generation) ?? {}, 'version');
    for (const [blockRow, { live, places, bits }] of changed) {
      if (live === 0) statement(db, DROP).run(blockRow);
      else statement(db, WRITE).run(version, live, new Uint8Array(places.buffer), bits, blockRow);
    }
    blocks.clear();
    openOf.clear();
  }

  return {
    add(owner, passageRow, bits) {
      const blockRow = openBlock(owner);
      const block = blockAt(blockRow);
      let slot = block.places.indexOf(0);
      if (slot < 0) slot = grow(block, bitBytes);
      block.places[slot] = passageRow;
      block.bits.set(bits, slot * bitBytes);
      block.live += 1;
      block.changed = true;
      return { blockRow, slot };
    },
    replace({ blockRow, slot }, bits) {
      const block = blockAt(blockRow);
      block.bits.set(bits, slot * bitBytes);
      block.changed = true;
    },
    remove({ blockRow, slot }) {
      const block = blockAt(blockRow);
      block.places[slot] = 0;
      block.bits.fill(0, slot * bitBytes, (slot + 1) * bitBytes);
      block.live -= 1;
      block.changed = true;
    },
    save,
  };
}

/** Makes room for one more passage; gives its slot. */
function grow(block: Block, bitBytes: number): number {
  const slot = block.places.length;
  const places = new Float64Array(slot + 1);
  places.set(block.places);
  const bits = new Uint8Array((slot + 1) * bitBytes);
  bits.set(block.bits);
  block.places = places;
  block.bits = bits;
  return slot;
}

function blockOf(row: Row): Block {
  return { live: integer(row, 'live'), places: placesOf(row), bits: bytes(row, 'bits'), changed: false };
}

/** The passage rows of a block, by slot; 0 where there is none. */
export function placesOf(row: Row): Float64Array {
  const stored = bytes(row, 'places');
  // A copy, as a view of 8-byte numbers must begin at a multiple of 8.
  return new Float64Array(stored.slice().buffer, 0, stored.byteLength / PLACE_BYTES);
}
