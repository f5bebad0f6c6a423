import { stringifyChunked } from '@discoveryjs/json-ext';
import type { FormattedExecutionResult } from 'graphql';
import { giveWay } from '../core/turns.ts';

/** An answer with more characters in its texts is written in turns: with less, it takes a few milliseconds. */
const LARGE = 500_000;

/** Writes an answer as JSON; a large one without holding up everybody else. */
export async function writeAnswer(answer: FormattedExecutionResult): Promise<string> {
  if (charactersIn(answer, LARGE) < LARGE) return `${JSON.stringify(answer)}\n`;
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
