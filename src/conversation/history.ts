import type { Message, Thread } from '../core/thread.ts';
import type { ChatTurn } from '../models/chat.ts';

const ROLES = { SYSTEM: 'system', USER: 'user', ASSISTANT: 'assistant', TOOL: 'tool' } as const;

/** How many tokens a message takes of the model's budget. */
export type MessageCost = (message: Pick<Message, 'content' | 'toolCalls'>) => number;

/** What of a thread a model is shown. */
export type History = {
  readonly turns: readonly ChatTurn[];
  /** The seq of the oldest message shown; null when none is. */
  readonly from: number | null;
  /** How many of the messages were left out because they do not fit. */
  readonly leftOut: number;
};

/**
 * Chooses what of a thread a model is shown: the newest messages that fit, and never half a tool exchange (a reply that
 * asks for tools stands or falls with the answers to it, which are put right behind it).
 * @param messages by seq, the one to reply to last
 * @param budget tokens for all of it; the last message is shown even when it alone exceeds it
 */
export function chooseHistory({
  thread,
  messages,
  budget,
  costOf,
}: {
  thread: Pick<Thread, 'agent'>;
  messages: readonly Message[];
  budget: number;
  costOf: MessageCost;
}): History {
  const all = exchanges(messages).filter((exchange) => exchange.length > 0);
  const chosen: Message[][] = [];
  let left = budget;
  for (const exchange of all.toReversed()) {
    left -= exchange.reduce((sum, message) => sum + costOf(message), 0);
    if (left < 0 && chosen.length > 0) break;
    chosen.push(exchange);
  }
  const shown = chosen.toReversed().flat();
  return {
    turns: shown.map((message) => turnOf(message, thread.agent)),
    from: shown[0]?.seq ?? null,
    leftOut: all.slice(0, all.length - chosen.length).flat().length,
  };
}

/**
 * Cuts a thread where it may be cut: each message by itself, a reply that asks for tools with the answers to it. Every
 * provider refuses an answer whose question it does not see, and a question without its answers: of these nothing
 * remains but what was said beside it.
 */
function exchanges(messages: readonly Message[]): Message[][] {
  const result: { readonly message: Message; readonly answers: Map<string, Message> }[] = [];
  const asking = new Map<string, Map<string, Message>>();
  for (const message of messages) {
    if (message.role === 'TOOL') {
      const id = message.toolCallId ?? '';
      asking.get(id)?.set(id, message);
      continue;
    }
    const answers = new Map<string, Message>();
    // Some servers number their calls from 0 in every reply: an answer is to the latest.
    for (const { id } of message.toolCalls) asking.set(id, answers);
    result.push({ message, answers });
  }
  return result.map(({ message, answers }) => {
    const given = message.toolCalls.map(({ id }) => answers.get(id)).filter((answer) => answer !== undefined);
    if (given.length === message.toolCalls.length) return [message, ...given];
    return message.content === '' ? [] : [{ ...message, toolCalls: [] }];
  });
}

/** Several people and agents may speak in a thread: their names reach the model. */
function turnOf(message: Message, agent: string | null): ChatTurn {
  const name = message.author ?? (message.role === 'ASSISTANT' ? agent : null);
  return {
    role: ROLES[message.role],
    content: message.content,
    ...(name === null ? {} : { name }),
    ...(message.toolCalls.length === 0 ? {} : { toolCalls: message.toolCalls }),
    ...(message.toolCallId === null ? {} : { toolCallId: message.toolCallId }),
  };
}
