import type { ChatTurn } from './chat.ts';
import { instruct } from './instruct.ts';

/** What the protocol's `name` field takes. */
const FIELD_NAME = /^[a-zA-Z0-9_-]{1,64}$/;

const RULE =
  'Several people or agents speak here. Where a message begins with a name in square brackets, that is who wrote it. ' +
  'Do not begin your own reply like that.';

/** How names reach the model: in the protocol's `name` field, or in the text, which every model reads. */
export type SpeakerNames = 'field' | 'text';

/**
 * Makes the speakers' names fit for the wire. Spaces in a name become `_` for the field; when a name cannot be written
 * there, or two would become one, all names of the conversation go into the text instead.
 */
export function nameSpeakers(turns: readonly ChatTurn[], wanted: SpeakerNames): ChatTurn[] {
  const names = new Set(turns.flatMap(({ name }) => (name === undefined ? [] : [name])));
  if (names.size === 0) return [...turns];
  const fieldNames = new Map([...names].map((name) => [name, name.trim().replaceAll(/\s+/g, '_')]));
  const fits =
    [...fieldNames.values()].every((name) => FIELD_NAME.test(name)) && new Set(fieldNames.values()).size === names.size;
  if (wanted === 'field' && fits) {
    return turns.map((turn) => (turn.name === undefined ? turn : { ...turn, name: fieldNames.get(turn.name) ?? '' }));
  }
  return instruct(turns.map(inText), RULE);
}

function inText({ name, ...turn }: ChatTurn): ChatTurn {
  // A tool's answer is read by its call's id, and often parsed.
  if (name === undefined || turn.role === 'tool' || turn.role === 'system') return turn;
  const shown = name.replaceAll(/[\s[\]]+/g, ' ').trim();
  return { ...turn, content: turn.content === '' ? '' : `[${shown}] ${turn.content}` };
}
