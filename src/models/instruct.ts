import type { ChatTurn } from './chat.ts';

/**
 * Adds a rule to the instructions. It joins the first turn when that is the system's: some models' templates refuse a
 * second system message.
 */
export function instruct(turns: readonly ChatTurn[], rule: string): ChatTurn[] {
  const [first, ...rest] = turns;
  return first?.role === 'system'
    ? [{ ...first, content: `${first.content}\n\n${rule}` }, ...rest]
    : [{ role: 'system', content: rule }, ...turns];
}
