import type { DatabaseSync } from 'node:sqlite';
import { statement } from './connection.ts';
import { integer, text } from './rows.ts';

/** Whose vectors are stored. */
export type VectorModel = { readonly model: string; readonly dimensions: number };

/** The model whose vectors are stored; null before one was adopted. */
export function vectorModel(db: DatabaseSync): VectorModel | null {
  const row = statement(db, 'SELECT model, dimensions FROM vector_model').get();
  return row === undefined ? null : { model: text(row, 'model'), dimensions: integer(row, 'dimensions') };
}

const KEEP = `INSERT INTO vector_model (only_row, model, dimensions) VALUES (1, :model, :dimensions)
  ON CONFLICT (only_row) DO UPDATE SET model = excluded.model, dimensions = excluded.dimensions`;

/** Drops another model's vectors, and has every message that has any, or failed to get them, wait again. */
export function adoptModel(db: DatabaseSync, { model, dimensions }: VectorModel): void {
  const known = vectorModel(db);
  if (known?.model === model && known.dimensions === dimensions) return;
  if (known !== null) {
    db.exec(`UPDATE messages SET indexing = 'PENDING'
        WHERE indexing = 'FAILED' OR message_row IN (SELECT message_row FROM passages);
      DELETE FROM passages; DELETE FROM passage_blocks;`);
  }
  statement(db, KEEP).run({ model, dimensions });
}
