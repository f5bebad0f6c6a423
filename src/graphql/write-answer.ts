import { stringifyChunked } from '@discoveryjs/json-ext';
import type { FormattedExecutionResult } from 'graphql';
import { giveWay, LONG_TEXT } from '../core/turns.ts';

/** Writes an answer as JSON; a large one without holding up everybody else. */
export async function writeAnswer(answer: FormattedExecutionResult): Promise<string> {
  await giveWay();
  if (charactersIn(answer, LONG_TEXT) < LONG_TEXT) return `${JSON.stringify(answer)}\n`;
  const pieces: string[] = [];
  for (const piece of stringifyChunked(answer)) {
    pieces.push(piece);
    await giveWay();
  }
  pieces.push('\n');
  return pieces.join('');
}

/** How many characters a value's texts have, or at least as many as `enough`. */
function charactersIn(value: unknown, enough: number): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 0;
  let characters = 0;
  for (const part of Object.values(value)) {
    if (characters >= enough) break;
    characters += charactersIn(part, enough - characters);
  }
  return characters;
}
