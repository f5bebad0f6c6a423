import type { Json, Item } from './rows.ts';
import { idOf, present } from './rows.ts';
import { nameOf, type Generation } from './vector-model.ts';
import { toComponents, toText } from './vectors.ts';
import type { PassageVector } from '../indexed.ts';

/** What a passage carries of its message, so that every filter acts in the vector search itself. */
const CARRIED = [
  'tenantId',
  'ownerId',
  'threadId',
  'seq',
  'role',
  'author',
  'model',
  'status',
  'createdAt',
  'metadata',
  'agent',
  'threadMetadata',
  'expiresAt',
  'headVersion',
] as const;

type PassageItemArgs = {
  /** Its message's row. */
  readonly message: Item;
  readonly part: number;
  readonly passage: PassageVector;
  /** Its vector, leaning towards what surrounds it. */
  readonly leaning: Float32Array;
  readonly dimensions: number;
  readonly generation: Generation;
  readonly ttl: Json;
};

/** The item of a passage, which is all that a vector search looks at. */
export function passageItem(args: PassageItemArgs): Item {
  const { message, part, passage, leaning, dimensions, generation, ttl } = args;
  return present({
    id: passageId(generation.generation, idOf(message), part),
    kind: 'passage',
    messageId: idOf(message),
    ...Object.fromEntries(CARRIED.map((name) => [name, message[name]])),
    part,
    starts: passage.start,
    ends: passage.end,
    vectorModel: nameOf(generation),
    textHash: passage.textHash,
    embedding: toComponents(leaning, dimensions),
    own: toText(passage.vector),
    ttl,
  });
}

export function passageId(generation: number, message: string, part: number): string {
  return `passage-${String(generation)}-${message}-${String(part)}`;
}
