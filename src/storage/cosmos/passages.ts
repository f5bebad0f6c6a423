import type { OwnerScope } from '../../core/identity.ts';
import type { ThreadKey } from '../../core/ids.ts';
import type { Call, IndexResult, PassageVector } from '../store.ts';
import type { Change, Operation } from './access.ts';
import { inBatches } from './batches.ts';
import { expiryItem, FOREVER } from './expiry.ts';
import { partitionOf } from './head.ts';
import { inTurn } from './heads.ts';
import { leaningAt, leaningChanges, lineAround, reachedFrom, type LineMessage } from './leaning.ts';
import { passageId, passageItem } from './passage-item.ts';
import type { Parts } from './parts.ts';
import { etagOf, idOf, integer, requireInScope, type Item } from './rows.ts';
import { messagesToIndex } from './index-queries.ts';
import type { VectorModel } from './vector-model.ts';

type Place = { readonly scope: OwnerScope; readonly key: ThreadKey };

/** A message of the thread that waits, and what is to be stored of it; null: embedding it failed. */
type Indexed = { readonly row: Item; readonly passages: readonly PassageVector[] | null };

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
  vectors: VectorModel,
  { scope, key }: Place,
  results: readonly IndexResult[],
  call: Call,
): Promise<void> {
  const { access } = parts;
  const vectorModel = vectors.current();
  if (vectorModel === null) return;
  const outcomes = new Map(results.map((result) => [String(result.key.message), result]));
  const attempt = async (): Promise<'done' | null> => {
    const rows = await access.query('threads', messagesToIndex(scope, key, [...outcomes.keys()]), call);
    const indexed = rows.map((row): Indexed => {
      requireInScope(row, scope);
      return { row, passages: passagesOf(outcomes.get(idOf(row)), vectorModel) };
    });
    if (indexed.length === 0) return 'done';
    const groups = await groupsOf(parts, vectors, { scope, key }, vectorModel, indexed, call);
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
function passagesOf(result: IndexResult | undefined, vectorModel: string): readonly PassageVector[] | null {
  if (result === undefined || result.outcome.kind === 'failed') return null;
  const { passages } = result.outcome;
  const length = vectorModel.slice(vectorModel.lastIndexOf('/') + 1);
  return passages.every(({ vector }) => String(vector.length) === length) ? passages : null;
}

async function groupsOf(
  parts: Parts,
  { dimensions }: VectorModel,
  { scope, key }: Place,
  vectorModel: string,
  indexed: readonly Indexed[],
  call: Call,
): Promise<Group[]> {
  const seqs = indexed.map(({ row }) => integer(row, 'seq'));
  const stretch = { from: Math.min(...seqs), to: Math.max(...seqs) };
  const found = await lineAround(parts, scope, key, stretch, vectorModel, call);
  const fresh = new Map(indexed.map(({ row, passages }) => [idOf(row), passages]));
  const line = found.map((message): LineMessage => {
    const passages = fresh.get(message.id);
    if (passages === undefined) return message;
    const own = (passages ?? []).map(({ vector }, part) => ({ passage: passageId(message.id, part), vector }));
    return { ...message, own };
  });
  const isFresh = ({ id }: LineMessage): boolean => (fresh.get(id) ?? null) !== null;
  const neighbours = reachedFrom(line, isFresh).filter((at) => !fresh.has(line[at]?.id ?? ''));
  const now = parts.access.now();
  return [
    ...indexed.map((each) => groupOf(each, line, dimensions, vectorModel, now)),
    ...leaningChanges(line, neighbours, dimensions).map((operation) => [operation]),
  ];
}

function groupOf(
  { row, passages }: Indexed,
  line: readonly LineMessage[],
  dimensions: number,
  vectorModel: string,
  now: number,
): Group {
  const expiresAt = integer(row, 'expiresAt');
  const { ttl } = expiryItem(expiresAt === FOREVER ? null : expiresAt, now, 'message');
  const at = line.findIndex(({ id }) => id === idOf(row));
  // A superseded message is context of none and has none: its passages stand for themselves.
  const leaning = at < 0 ? (passages ?? []).map(({ vector }) => vector) : leaningAt(line, at);
  const changes: Change[] = [
    { op: 'set', path: '/indexing', value: passages === null ? 'FAILED' : 'READY' },
    { op: 'set', path: '/vectorModel', value: vectorModel },
    { op: 'set', path: '/ttl', value: ttl },
    { op: 'remove', path: '/waitingSince' },
  ];
  return [
    ...(passages ?? []).map((passage, part): Operation => {
      const args = { message: row, part, passage, dimensions, vectorModel, ttl };
      return { kind: 'upsert', item: passageItem({ ...args, leaning: leaning[part] ?? passage.vector }) };
    }),
    // Last: when a long message's passages need several batches, it is marked in the one that completes them.
    { kind: 'patch', id: idOf(row), changes, etag: etagOf(row) },
  ];
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
