import assert from 'node:assert/strict';
import type { EmbeddingModel } from '../../../src/core/embedding-model.ts';
import type { MessageFilter } from '../../../src/core/filter.ts';
import type { Scope } from '../../../src/core/identity.ts';
import type { MessageKey } from '../../../src/core/ids.ts';
import type { IndexResult, IndexTask } from '../../../src/storage/indexed.ts';
import type { KeywordQuery, MeaningQuery } from '../../../src/storage/candidates.ts';
import type { Engine } from '../../../src/storage/store.ts';
import { aCall } from '../../support/builders.ts';

/** The name of the suite's embedder, and the length of its vectors. */
export const MODEL = 'letters-1';
export const DIMENSIONS = 64;

/** The suite's embedding model, or another. */
export function aModel(model: string = MODEL, dimensions: number = DIMENSIONS): EmbeddingModel {
  return { model, dimensions, origin: { provider: 'test', host: null, name: model } };
}

/**
 * A made-up embedder: a unit vector that depends on the text alone; equal texts have cosine 1, and texts that share no
 * letter about 0.
 */
export function vectorOf(text: string): Float32Array {
  const vector = new Float32Array(DIMENSIONS);
  for (const character of text.toLowerCase()) {
    const place = (character.codePointAt(0) ?? 0) % DIMENSIONS;
    if (/\p{L}/u.test(character)) vector[place] = (vector[place] ?? 0) + 1;
  }
  const length = Math.hypot(...vector) || 1;
  return vector.map((component) => component / length);
}

/** The result of embedding a task's message whole. */
export function embedded({ tenant, key, message: { content } }: IndexTask): IndexResult {
  const passage = { start: 0, end: content.length, vector: vectorOf(content) };
  return { tenant, key, model: MODEL, outcome: { kind: 'embedded', passages: [passage] } };
}

/** What waits in a tenant, for the suite's model unless a test says otherwise. */
export async function waitingOf(engine: Engine, { tenant }: Scope, model: string = MODEL): Promise<IndexTask[]> {
  const tasks = await engine.index.waiting(model, { from: 'oldest', limit: 10_000 }, aCall());
  return tasks.filter((task) => task.tenant === tenant);
}

/** Embeds all that waits in a tenant. */
export async function embedAll(engine: Engine, scope: Scope): Promise<void> {
  const tasks = await waitingOf(engine, scope);
  await engine.index.store(tasks.map(embedded), aCall());
}

/** A query by words: of none, unless a test says otherwise. */
export function aKeywordQuery(fields: Partial<KeywordQuery> = {}): KeywordQuery {
  return { terms: [], phrases: [], excluded: [], authors: [], ...fields };
}

/** A query by the meaning of a text. */
export function aMeaningQuery(text: string, fields: Partial<MeaningQuery> = {}): MeaningQuery {
  return { ...aKeywordQuery(), vector: vectorOf(text), model: MODEL, alongside: [], ...fields };
}

/** The contents of candidates, in their order. */
export async function contentsOf(
  engine: Engine,
  scope: Scope,
  candidates: readonly { readonly key: MessageKey }[],
): Promise<string[]> {
  const keys = candidates.map(({ key }) => key);
  const messages = await engine.messages.get(scope, keys, aCall());
  return messages.map((message) => {
    assert(message !== null, 'a candidate can be read');
    return message.content;
  });
}

/** The contents of what a word finds. */
export async function foundByWord(
  engine: Engine,
  scope: Scope,
  word: string,
  filter: MessageFilter = {},
  limit = 200,
): Promise<string[]> {
  const query = aKeywordQuery({ terms: [word] });
  const { candidates } = await engine.candidates.byKeyword(scope, query, filter, limit, aCall());
  return contentsOf(engine, scope, candidates);
}

/** The contents of what a text finds by meaning, the nearest first. */
export async function foundByMeaning(
  engine: Engine,
  scope: Scope,
  text: string,
  filter: MessageFilter = {},
  limit = 200,
): Promise<string[]> {
  const { candidates } = await engine.candidates.byMeaning(scope, aMeaningQuery(text), filter, limit, aCall());
  return contentsOf(engine, scope, candidates);
}
