import type { OwnerScope } from '../../core/identity.ts';
import type { ThreadKey } from '../../core/ids.ts';
import type { IndexResult, PassageVector } from '../indexed.ts';
import type { Call } from '../store.ts';
import type { Change, Operation } from './access.ts';
import { inBatches } from './batches.ts';
import { expiryItem, FOREVER } from './expiry.ts';
import { partitionOf } from './head.ts';
import { inTurn } from './heads.ts';
import { leaningAt, leaningChanges, lineAround, reachedFrom, type LineMessage } from './leaning.ts';
import { passageId, passageItem } from './passage-item.ts';
import type { Parts } from './parts.ts';
import { etagOf, idOf, integer, integerOrNull, requireInScope, type Item } from './rows.ts';
import { messagesToIndex } from './index-queries.ts';
import { nameOf, type Generation } from './vector-model.ts';

type Place = { readonly scope: OwnerScope; readonly key: ThreadKey };

/** A message of the thread that waits, and what is to be stored of it; null: embedding it failed. */
type Indexed = { readonly row: Item; readonly passages: readonly PassageVector[] | null };

/** Which generation passages are stored in. */
type Filing = { readonly generation: Generation; readonly isServing: boolean };

/** Operations of one message that are done together. */
type Group = readonly Operation[];

const MOST_OPERATIONS = 100;

/**
 * Stores the passages of some messages of one thread, has their neighbours' lean towards them, and marks the messages,
 * each in one batch with its passages: it is READY exactly when all of them are there. What is gone by then, or does not
 * wait any more, is dropped.
 */
export async function storePassages(
  parts: Parts,
  filing: Filing,
  { scope, key }: Place,
  results: readonly IndexResult[],
  call: Call,
): Promise<void> {
  const { access } = parts;
  const { generation, isServing } = filing;
  const outcomes = new Map(results.map((result) => [String(result.key.message), result]));
  const wanted = { ids: [...outcomes.keys()], generation: generation.generation, isServing };
  const attempt = async (): Promise<'done' | null> => {
    const rows = await access.query('threads', messagesToIndex(scope, key, wanted), call);
    const indexed = rows.map((row): Indexed => {
      requireInScope(row, scope);
      return { row, passages: passagesOf(outcomes.get(idOf(row)), generation) };
    });
    if (indexed.length === 0) return 'done';
    const groups = await groupsOf(parts, filing, { scope, key }, indexed, call);
    for (const batch of batchesOf(groups)) {
      const end = await access.batch('threads', partitionOf(scope, key.thread), batch, call);
      // A message has changed, or a neighbour has gone: what still waits is looked at anew.
      if (end.kind === 'refused') return null;
    }
    return 'done';
  };
  await inTurn(parts, scope, key, attempt, 'vectors');
}

/** Null when it failed. Vectors of a length that the model does not have cannot be compared: that is a failure, too. */
function passagesOf(result: IndexResult | undefined, { dimensions }: Generation): readonly PassageVector[] | null {
  if (result === undefined || result.outcome.kind === 'failed') return null;
  const { passages } = result.outcome;
  return passages.every(({ vector }) => vector.length === dimensions) ? passages : null;
}

async function groupsOf(
  parts: Parts,
  filing: Filing,
  { scope, key }: Place,
  indexed: readonly Indexed[],
  call: Call,
): Promise<Group[]> {
  const seqs = indexed.map(({ row }) => integer(row, 'seq'));
  const stretch = { from: Math.min(...seqs), to: Math.max(...seqs) };
  const { dimensions } = parts.vectors;
  const { generation } = filing.generation;
  const found = await lineAround(parts, scope, key, stretch, nameOf(filing.generation), call);
  const fresh = new Map(indexed.map(({ row, passages }) => [idOf(row), passages]));
  const line = found.map((message): LineMessage => {
    const passages = fresh.get(message.id);
    if (passages === undefined) return message;
    const own = (passages ?? []).map(({ vector }, part) => ({
      passage: passageId(generation, message.id, part),
      vector,
    }));
    return { ...message, own };
  });
  const isFresh = ({ id }: LineMessage): boolean => (fresh.get(id) ?? null) !== null;
  const neighbours = reachedFrom(line, isFresh).filter((at) => !fresh.has(line[at]?.id ?? ''));
  const now = parts.access.now();
  return [
    ...indexed.map((each) => groupOf(each, line, dimensions, filing, now)),
    ...leaningChanges(line, neighbours, dimensions).map((operation) => [operation]),
  ];
}

function groupOf(
  { row, passages }: Indexed,
  line: readonly LineMessage[],
  dimensions: number,
  { generation, isServing }: Filing,
  now: number,
): Group {
  const expiresAt = integer(row, 'expiresAt');
  const { ttl } = expiryItem(expiresAt === FOREVER ? null : expiresAt, now, 'message');
  const at = line.findIndex(({ id }) => id === idOf(row));
  // A superseded message is context of none and has none: its passages stand for themselves.
  const leaning = at < 0 ? (passages ?? []).map(({ vector }) => vector) : leaningAt(line, at);
  const state = passages === null ? 'FAILED' : 'READY';
  const changes: Change[] = [
    { op: 'set', path: '/builtFor', value: Math.max(generation.generation, integerOrNull(row, 'builtFor') ?? 0) },
    { op: 'set', path: '/ttl', value: ttl },
    ...(isServing ? served(state) : built(state, row)),
  ];
  return [
    ...(passages ?? []).map((passage, part): Operation => {
      const args = { message: row, part, passage, dimensions, generation, ttl };
      return { kind: 'upsert', item: passageItem({ ...args, leaning: leaning[part] ?? passage.vector }) };
    }),
    // Last: when a long message's passages need several batches, it is marked in the one that completes them.
    { kind: 'patch', id: idOf(row), changes, etag: etagOf(row) },
  ];
}

function served(state: string): Change[] {
  return [
    { op: 'set', path: '/indexing', value: state },
    { op: 'remove', path: '/waitingSince' },
  ];
}

/** What the generation that is being built has to say of a message counts once it serves, where it is something else. */
function built(state: string, row: Item): Change[] {
  if (row['indexing'] !== state) return [{ op: 'set', path: '/afterwards', value: state }];
  return 'afterwards' in row ? [{ op: 'remove', path: '/afterwards' }] : [];
}

/** Groups put together in batches; one that is too long for a batch has some of its own. */
function batchesOf(groups: readonly Group[]): Operation[][] {
  const batches: Operation[][] = [];
  for (const group of groups) {
    const last = batches.at(-1) ?? [];
    const together = [...last, ...group];
    if (together.length <= MOST_OPERATIONS && inBatches(together).length === 1) {
      batches.splice(Math.max(0, batches.length - 1), 1, together);
    } else {
      batches.push(...inBatches(group));
    }
  }
  return batches;
}
