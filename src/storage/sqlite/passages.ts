import type { DatabaseSync } from 'node:sqlite';
import { inContext, wholeOf } from '../passage-context.ts';
import type { PassageVector } from '../indexed.ts';
import { statement } from './connection.ts';
import { openPassageBlocks, type Owner, type PassageBlocks, type Slot } from './passage-blocks.ts';
import { fromInt8, toBits, toInt8 } from './quantized.ts';
import { bytes, integer, type IndexedMessage, type Row } from './rows.ts';
import { CONTEXT, isContext, rowsAfter, rowsBefore } from './thread-context.ts';
import type { Generation } from './generation.ts';
import { generations } from './vector-model.ts';

type Own = { readonly passageRow: number; readonly slot: Slot | null; readonly own: Float32Array };

/** Block row of a passage that is in no block yet. */
const NOWHERE = 0;

const ADD = `INSERT INTO passages (generation, message_row, part, starts, ends, block_row, slot, text_hash, vector, own)
  VALUES (?, ?, ?, ?, ?, ${String(NOWHERE)}, 0, ?, zeroblob(0), ?)`;
const LEAN = 'UPDATE passages SET block_row = ?, slot = ?, vector = ? WHERE passage_row = ?';
const OWN =
  'SELECT passage_row, block_row, slot, own FROM passages WHERE generation = ? AND message_row = ? ORDER BY part';
const REMOVE = 'DELETE FROM passages WHERE generation = ? AND message_row = ?';

/**
 * Stores the passages of messages in a generation, and has their neighbours' lean towards them. Old passages of theirs
 * are replaced.
 */
export function storePassages(
  db: DatabaseSync,
  generation: Generation,
  stored: readonly { readonly message: IndexedMessage; readonly passages: readonly PassageVector[] }[],
): void {
  const vectors = openVectors(db, generation);
  for (const { message, passages } of stored) {
    dropPassages(vectors, message);
    for (const [part, { start, end, vector, textHash = null }] of passages.entries()) {
      statement(db, ADD).run(vectors.generation, message.messageRow, part, start, end, textHash, toInt8(vector));
    }
  }
  leanAround(
    vectors,
    stored.map(({ message }) => message),
  );
  vectors.blocks.save();
}

/** Removes the passages of messages, of every generation. */
export function removePassages(db: DatabaseSync, messages: readonly IndexedMessage[]): void {
  for (const generation of generations(db)) {
    const vectors = openVectors(db, generation);
    for (const message of messages) dropPassages(vectors, message);
    vectors.blocks.save();
  }
}

/** Gives the passages around a message's place their direction anew, after it has come or gone. */
export function leanAgain(db: DatabaseSync, message: IndexedMessage): void {
  for (const generation of generations(db)) {
    if (generation.phase === 'GONE') continue;
    const vectors = openVectors(db, generation);
    leanAround(vectors, [message]);
    vectors.blocks.save();
  }
}

const KNOWN = 'SELECT own FROM passages WHERE generation = ? AND text_hash = ? LIMIT 1';

/** The vector that a generation has of a text, by the text's hash. */
export function knownVector(db: DatabaseSync, generation: number, textHash: string): Float32Array | null {
  const row = statement(db, KNOWN).get(generation, textHash);
  return row === undefined ? null : fromInt8(bytes(row, 'own'));
}

/** One generation as a write changes it. */
type Vectors = { readonly db: DatabaseSync; readonly generation: number; readonly blocks: PassageBlocks };

function openVectors(db: DatabaseSync, generation: Generation): Vectors {
  return { db, generation: generation.generation, blocks: openPassageBlocks(db, generation) };
}

function dropPassages(vectors: Vectors, { messageRow }: IndexedMessage): void {
  const { db, generation, blocks } = vectors;
  for (const { slot } of ownPassages(vectors, messageRow)) if (slot !== null) blocks.remove(slot);
  statement(db, REMOVE).run(generation, messageRow);
}

function ownPassages({ db, generation }: Vectors, messageRow: number): Own[] {
  return statement(db, OWN).all(generation, messageRow).map(ownOf);
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
function leanAround(vectors: Vectors, changed: readonly IndexedMessage[]): void {
  const { db, blocks } = vectors;
  const owns = new Map<number, Own[]>();
  const ownsOf = (row: number): Own[] => {
    let own = owns.get(row);
    if (own === undefined) owns.set(row, (own = ownPassages(vectors, row)));
    return own;
  };
  const wholes = new Map<number, Float32Array | null>();
  const wholeAt = (line: readonly number[], at: number): Float32Array | null => {
    const row = line[at];
    if (row === undefined) return null;
    let whole = wholes.get(row);
    if (whole === undefined) wholes.set(row, (whole = wholeOf(ownsOf(row).map(({ own }) => own))));
    return whole;
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
