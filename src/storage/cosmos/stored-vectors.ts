import type { Scope } from '../../core/identity.ts';
import { messageKeyText, type MessageKey } from '../../core/ids.ts';
import { wholeOf } from '../passage-context.ts';
import type { Call } from '../store.ts';
import type { Parts } from './parts.ts';
import { allInScope, integer, messageIdIn, text, threadKeyIn } from './rows.ts';
import { ownVectors } from './search-queries.ts';
import type { VectorModel } from './vector-model.ts';
import { fromText } from './vectors.ts';

type Asked = {
  readonly scope: Scope;
  readonly model: { readonly model: string; readonly dimensions: number };
  readonly keys: readonly MessageKey[];
};

/** The vectors of messages, each whole and by itself; null for one that has none of the model. One request for all. */
export async function vectorsOf(
  { access }: Parts,
  vectors: VectorModel,
  { scope, model, keys }: Asked,
  call: Call,
): Promise<(Float32Array | null)[]> {
  if (keys.length === 0) return [];
  const vectorModel = await vectors.nameFor(model.model, model.dimensions, call);
  if (vectorModel === null) return keys.map(() => null);
  const rows = await access.query('threads', ownVectors(scope, keys, vectorModel, access.now()), call);
  const own = Map.groupBy(allInScope(rows, scope), (row) =>
    messageKeyText({ ...threadKeyIn(row), message: messageIdIn(row, 'messageId') }),
  );
  return keys.map((key) => {
    const passages = own.get(messageKeyText(key)) ?? [];
    const inOrder = passages.toSorted((one, other) => integer(one, 'part') - integer(other, 'part'));
    return wholeOf(inOrder.map((row) => fromText(text(row, 'own'))));
  });
}
