import type { DatabaseSync } from 'node:sqlite';
import { statement } from './connection.ts';
import type { Generation } from './generation.ts';
import { generationOf } from './rows.ts';

const ALL = 'SELECT generation, phase, model, dimensions, origin FROM vector_models ORDER BY generation';
const IN_PHASE = 'SELECT generation, phase, model, dimensions, origin FROM vector_models WHERE phase = ?';
const OF_MODEL = `SELECT generation, phase, model, dimensions, origin FROM vector_models
  WHERE model = ? AND dimensions = ? AND phase <> 'GONE' ORDER BY generation DESC LIMIT 1`;

/** All that there is, the oldest first. */
export function generations(db: DatabaseSync): Generation[] {
  return statement(db, ALL).all().map(generationOf);
}

/** The generation that serves, or is built; null: none. */
export function generationIn(db: DatabaseSync, phase: 'SERVING' | 'BUILDING'): Generation | null {
  const row = statement(db, IN_PHASE).get(phase);
  return row === undefined ? null : generationOf(row);
}

/** The generation that a query by a model is compared with; null: there are no vectors of it. */
export function searchedGeneration(db: DatabaseSync, model: string, dimensions: number): number | null {
  const row = statement(db, OF_MODEL).get(model, dimensions);
  return row === undefined ? null : generationOf(row).generation;
}
