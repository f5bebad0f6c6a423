import type { DatabaseSync } from 'node:sqlite';
import { inContext, wholeOf } from '../passage-context.ts';
import type { PassageVector } from '../store.ts';
import { statement } from './connection.ts';
import { openPassageBlocks, type Owner, type PassageBlocks, type Slot } from './passage-blocks.ts';
import { bytesOfBits, fromInt8, toBits, toInt8 } from './quantized.ts';
import { bytes, integer, type IndexedMessage, type Row } from './rows.ts';
import { CONTEXT, isContext, rowsAfter, rowsBefore } from './thread-context.ts';
import { vectorModel } from './vector-model.ts';

type Own = { readonly passageRow: number; readonly slot: Slot | null; readonly own: Float32Array };

/** Block row of a passage that is in no block yet. */
const NOWHERE = 0;

const ADD = `INSERT INTO passages (message_row, part, starts, ends, block_row, slot, vector, own)
  VALUES (?, ?, ?, ?, ${String(NOWHERE)}, 0, zeroblob(0), ?)`;
const LEAN = 'UPDATE passages SET block_row = ?, slot = ?, vector = ? WHERE passage_row = ?';
const OWN = 'SELECT passage_row, block_row, slot, own FROM passages WHERE message_row = ? ORDER BY part';
const REMOVE = 'DELETE FROM passages WHERE message_row = ?';

/** Stores the passages of messages, and has their neighbours' lean towards them. Old passages of theirs are replaced. */
export function storePassages(
  db: DatabaseSync,
  stored: readonly { readonly message: IndexedMessage; readonly passages: readonly PassageVector[] }[],
): void {
  const blocks = openBlocks(db);
  if (blocks === null) return;
  for (const { message, passages } of stored) {
    dropPassages(db, blocks, message);
    for (const [part, { start, end, vector }] of passages.entries()) {
      statement(db, ADD).run(message.messageRow, part, start, end, toInt8(vector));
    }
  }
  leanAround(
    db,
    blocks,
    stored.map(({ message }) => message),
  );
  blocks.save();
}

/** Removes the passages of messages; those of neighbours that stay lean no longer towards them. */
export function removePassages(db: DatabaseSync, messages: readonly IndexedMessage[]): void {
  const blocks = openBlocks(db);
  if (blocks === null) return;
  for (const message of messages) dropPassages(db, blocks, message);
  blocks.save();
}

/** Gives the passages around a message's place their direction anew, after it has come or gone. */
export function leanAgain(db: DatabaseSync, message: IndexedMessage): void {
  const blocks = openBlocks(db);
  if (blocks === null) return;
  leanAround(db, blocks, [message]);
  blocks.save();
}

function openBlocks(db: DatabaseSync): PassageBlocks | null {
  const model = vectorModel(db);
  return model === null ? null : openPassageBlocks(db, bytesOfBits(model.dimensions));
}

function dropPassages(db: DatabaseSync, blocks: PassageBlocks, { messageRow }: IndexedMessage): void {
  for (const { slot } of ownPassages(db, messageRow)) if (slot !== null) blocks.remove(slot);
  statement(db, REMOVE).run(messageRow);
}

function ownPassages(db: DatabaseSync, messageRow: number): Own[] {
  return statement(db, OWN).all(messageRow).map(ownOf);
}

function ownOf(row: Row): Own {
  const blockRow = integer(row, 'block_row');
  return {
    passageRow: integer(row, 'passage_row'),
    slot: blockRow === NOWHERE ? null : { blockRow, slot: integer(row, 'slot') },
    own: fromInt8(bytes(row, 'own')),
  };
}

/**
 * Gives direction to the passages of the messages, and of everything that has, or had, one of them as its context.
 */
function leanAround(db: DatabaseSync, blocks: PassageBlocks, changed: readonly IndexedMessage[]): void {
  const owns = new Map<number, Own[]>();
  const ownsOf = (row: number): Own[] => {
    let own = owns.get(row);
    if (own === undefined) owns.set(row, (own = ownPassages(db, row)));
    return own;
  };
  const wholeAt = (line: readonly number[], at: number): Float32Array | null => {
    const row = line[at];
    return row === undefined ? null : wholeOf(ownsOf(row).map(({ own }) => own));
  };
  // Each once, although it may be near several of those that changed.
  const places = new Map<number, { owner: Owner; line: readonly number[]; at: number }>();
  for (const message of changed) {
    for (const { line, at } of placesAround(db, message)) {
      const row = line[at];
      if (row !== undefined) places.set(row, { owner: message, line, at });
    }
  }
  for (const [row, { owner, line, at }] of places) {
    const whole = wholeAt(line, at);
    if (whole === null) continue;
    const [previous, earlier, next] = [wholeAt(line, at - 1), wholeAt(line, at - 2), wholeAt(line, at + 1)];
    for (const { passageRow, slot, own } of ownsOf(row)) {
      const vector = inContext(own, { whole, previous, earlier, next });
      const bits = toBits(vector);
      const place = slot ?? blocks.add(owner, passageRow, bits);
      if (slot !== null) blocks.replace(slot, bits);
      statement(db, LEAN).run(place.blockRow, place.slot, toInt8(vector), passageRow);
    }
  }
}

/** As far as a change of one message reaches, and what is context of the outermost. */
const REACH = CONTEXT.before + CONTEXT.after;

/** What leans anew when a message has come, gone or been superseded: lines of message rows, and places in them. */
function placesAround(db: DatabaseSync, message: IndexedMessage): { line: readonly number[]; at: number }[] {
  const before = rowsBefore(db, message, REACH);
  const after = rowsAfter(db, message, REACH);
  const there = isContext(message) ? [message.messageRow] : [];
  const line = [...before, ...there, ...after];
  const from = Math.max(0, before.length - CONTEXT.after);
  const to = Math.min(line.length, before.length + there.length + CONTEXT.before);
  const around = Array.from({ length: to - from }, (_, place) => ({ line, at: from + place }));
  if (there.length > 0) return around;
  return [...around, { line: [...before, message.messageRow, ...after], at: before.length }];
}
