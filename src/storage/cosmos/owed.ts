import type { Message, Role, Usage } from '../../core/thread.ts';
import { integer, itemIn, listOf, present, text, textOrNull, type Item, type Json } from './rows.ts';

/** Use of one day and model. */
export type UseLine = {
  readonly day: string;
  readonly model: string | null;
  readonly messages: number;
  readonly replies: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
};

/**
 * Counts that the ledger is owed. They are written with the message, in the thread's own partition, and moved to the
 * ledger's container later: nothing is written to two partitions at once. `lines` are moved as a whole: they become `due`
 * under the next generation, and each row of the ledger says up to which generation it has what this head owed.
 */
export type Owed = {
  readonly generation: number;
  readonly lines: readonly UseLine[];
  readonly due: { readonly generation: number; readonly lines: readonly UseLine[] } | null;
};

export const NOTHING_OWED: Owed = { generation: 0, lines: [], due: null };

/** A message that has come to its end, as the ledger counts it. */
type Counted = Pick<Message, 'role' | 'model' | 'usage' | 'createdAt'>;

/** The line of one message. */
export function useOf({ role, model, usage, createdAt }: Counted): UseLine {
  return {
    day: dayOf(createdAt),
    model,
    messages: 1,
    replies: repliesOf(role),
    inputTokens: usage?.inputTokens ?? 0,
    outputTokens: usage?.outputTokens ?? 0,
  };
}

/** Lines with those of the same day and model added up. */
export function merged(lines: readonly UseLine[]): readonly UseLine[] {
  const sums = new Map<string, UseLine>();
  for (const line of lines) {
    const name = `${line.day} ${line.model ?? ''}`;
    const sum = sums.get(name);
    sums.set(name, sum === undefined ? line : added(sum, line));
  }
  return [...sums.values()];
}

/** What a head owes once more messages were counted. */
export function owing(owed: Owed, lines: readonly UseLine[]): Owed {
  return lines.length === 0 ? owed : { ...owed, lines: merged([...owed.lines, ...lines]) };
}

export function owedOf(item: Item): Owed {
  const due = itemIn(item, 'due');
  return {
    generation: integer(item, 'generation'),
    lines: merged(listOf(item, 'use').map(lineOf)),
    due: due && { generation: integer(due, 'generation'), lines: listOf(due, 'lines').map(lineOf) },
  };
}

export function owedItem({ generation, lines, due }: Owed): Readonly<Record<string, Json | undefined>> {
  return {
    generation,
    use: lines.map(lineItem),
    due: due && { generation: due.generation, lines: due.lines.map(lineItem) },
  };
}

export function lineItem(line: UseLine): Item {
  return present(line);
}

export function lineOf(item: Item): UseLine {
  return {
    day: text(item, 'day'),
    model: textOrNull(item, 'model'),
    messages: integer(item, 'messages'),
    replies: integer(item, 'replies'),
    inputTokens: integer(item, 'inputTokens'),
    outputTokens: integer(item, 'outputTokens'),
  };
}

/** What is more in one usage than in another. */
export function moreOf(after: Usage | null, before: Usage | null): Usage {
  return {
    inputTokens: (after?.inputTokens ?? 0) - (before?.inputTokens ?? 0),
    outputTokens: (after?.outputTokens ?? 0) - (before?.outputTokens ?? 0),
  };
}

/** The UTC day of a time, `2026-11-23`. */
export function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

/** How much a message counts as a reply. */
export function repliesOf(role: Role): number {
  return role === 'ASSISTANT' ? 1 : 0;
}

function added(one: UseLine, other: UseLine): UseLine {
  return {
    ...one,
    messages: one.messages + other.messages,
    replies: one.replies + other.replies,
    inputTokens: one.inputTokens + other.inputTokens,
    outputTokens: one.outputTokens + other.outputTokens,
  };
}
