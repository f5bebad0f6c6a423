import type { OwnerScope } from '../../core/identity.ts';
import type { MessageKey, ThreadKey } from '../../core/ids.ts';
import { inContext, wholeOf } from '../passage-context.ts';
import type { Call } from '../store.ts';
import type { Operation } from './access.ts';
import type { Parts } from './parts.ts';
import { idOf, integer, requireInScope, text, type Item } from './rows.ts';
import { passagesAround } from './index-queries.ts';
import { fromText, toComponents } from './vectors.ts';

/** A message of a thread that is context, with its passages by themselves, in order; none when it has no vectors yet. */
export type LineMessage = { readonly id: string; readonly seq: number; readonly own: readonly Own[] };

/** `passage`: the id of the stored item. */
export type Own = { readonly passage: string; readonly vector: Float32Array };

/** How far around a place is looked for the messages that are its context: others may stand between. */
const STRETCH = 12;

/** How many messages before a passage it leans towards, and how many after it. A change reaches as far the other way. */
const BEFORE = 2;
const AFTER = 1;

/** The messages of a stretch of a thread that are context, by seq, with their passages of one generation. */
export async function lineAround(
  parts: Pick<Parts, 'access'>,
  scope: OwnerScope,
  key: ThreadKey,
  stretch: { readonly from: number; readonly to: number },
  vectorModel: string,
  call: Call,
): Promise<LineMessage[]> {
  return lineOf(await rowsAround(parts, scope, key, stretch, vectorModel, call));
}

async function rowsAround(
  { access }: Pick<Parts, 'access'>,
  scope: OwnerScope,
  key: ThreadKey,
  stretch: { readonly from: number; readonly to: number },
  vectorModel: string | null,
  call: Call,
): Promise<Item[]> {
  const query = passagesAround(scope, key, stretch.from - STRETCH, stretch.to + STRETCH, vectorModel);
  const rows = await access.query('threads', query, call);
  for (const row of rows) requireInScope(row, scope);
  return rows;
}

function lineOf(rows: readonly Item[]): LineMessage[] {
  const passages = Map.groupBy(
    rows.filter((row) => row['kind'] === 'passage'),
    (row) => text(row, 'messageId'),
  );
  return rows
    .filter((row) => row['kind'] === 'message')
    .map((row) => ({ id: idOf(row), seq: integer(row, 'seq'), own: ownOf(passages.get(idOf(row)) ?? []) }))
    .sort((one, other) => one.seq - other.seq);
}

function ownOf(passages: readonly Item[]): Own[] {
  return passages
    .toSorted((one, other) => integer(one, 'part') - integer(other, 'part'))
    .map((row) => ({ passage: idOf(row), vector: fromText(text(row, 'own')) }));
}

/** The vectors of a message's passages, each leaning towards what surrounds it in the line. */
export function leaningAt(line: readonly LineMessage[], at: number): Float32Array[] {
  const whole = wholeAt(line, at);
  if (whole === null) return [];
  const surroundings = {
    whole,
    previous: wholeAt(line, at - 1),
    earlier: wholeAt(line, at - 2),
    next: wholeAt(line, at + 1),
  };
  return (line[at]?.own ?? []).map(({ vector }) => inContext(vector, surroundings));
}

function wholeAt(line: readonly LineMessage[], at: number): Float32Array | null {
  const message = line[at];
  return message === undefined ? null : wholeOf(message.own.map(({ vector }) => vector));
}

/** The places in a line that a change at some places reaches. */
export function reachedFrom(line: readonly LineMessage[], changed: (message: LineMessage) => boolean): number[] {
  return [...line.keys()].filter((at) =>
    line.slice(Math.max(0, at - BEFORE), at + AFTER + 1).some((message) => changed(message)),
  );
}

/** The changes of stored passages at some places of a line. */
export function leaningChanges(
  line: readonly LineMessage[],
  places: readonly number[],
  dimensions: number,
): Operation[] {
  return places.flatMap((at) =>
    leaningAt(line, at).map((vector, part): Operation => {
      const value = toComponents(vector, dimensions);
      return {
        kind: 'patch',
        id: line[at]?.own[part]?.passage ?? '',
        changes: [{ op: 'set', path: '/embedding', value }],
      };
    }),
  );
}

/** The changes of the vectors around a message that is context no more, of every generation that there is. */
export async function leanAway(
  parts: Pick<Parts, 'access' | 'vectors'>,
  scope: OwnerScope,
  key: MessageKey,
  seq: number,
  call: Call,
): Promise<Operation[]> {
  const rows = await rowsAround(parts, scope, key, { from: seq, to: seq }, null, call);
  const messages = rows.filter((row) => row['kind'] === 'message');
  const passages = rows.filter((row) => row['kind'] === 'passage');
  const generations = Map.groupBy(passages, (row) => text(row, 'vectorModel'));
  return [...generations.values()].flatMap((its) =>
    leaningWithout(lineOf([...messages, ...its]), key, parts.vectors.dimensions),
  );
}

function leaningWithout(line: readonly LineMessage[], key: MessageKey, dimensions: number): Operation[] {
  const gone = line.findIndex(({ id }) => id === key.message);
  if (gone < 0 || line[gone]?.own.length === 0) return [];
  const reached = new Set(
    reachedFrom(line, ({ id }) => id === key.message)
      .filter((at) => at !== gone)
      .map((at) => line[at]?.id),
  );
  const left = line.toSpliced(gone, 1);
  const places = [...left.keys()].filter((at) => reached.has(left[at]?.id));
  return leaningChanges(left, places, dimensions);
}
