import type { Message, Thread } from '../core/thread.ts';
import type { ChatTurn } from '../models/chat.ts';
import type { TokenCounter } from '../models/tokens.ts';

const ROLES = { SYSTEM: 'system', USER: 'user', ASSISTANT: 'assistant', TOOL: 'tool' } as const;

/** Tokens that a turn costs besides its text: role, separators (OpenAI's cookbook counts 3 to 4). */
const TURN_TOKENS = 4;

/**
 * Chooses what of a thread a model is shown: the instructions always, then the newest messages that fit, and never half
 * a tool exchange (an assistant message that asks for tools stands or falls with the answers that follow it).
 * @param messages by seq, the one to reply to last
 * @param budget tokens for all of it; the last message is shown even when it alone exceeds it
 * @returns the turns, and how many messages were left out
 */
export function chooseHistory({
  thread,
  messages,
  budget,
  countTokens,
}: {
  thread: Pick<Thread, 'instructions' | 'agent'>;
  messages: readonly Message[];
  budget: number;
  countTokens: TokenCounter;
}): { turns: ChatTurn[]; leftOut: number } {
  const instructions: ChatTurn[] =
    thread.instructions === null ? [] : [{ role: 'system', content: thread.instructions }];
  const cost = (turn: ChatTurn) =>
    TURN_TOKENS + countTokens(turn.content) + (turn.toolCalls ? countTokens(JSON.stringify(turn.toolCalls)) : 0);
  let left = budget - instructions.reduce((sum, turn) => sum + cost(turn), 0);

  const chosen: ChatTurn[][] = [];
  let shown = 0;
  for (const exchange of exchanges(messages).toReversed()) {
    const turns = turnsOf(exchange, thread.agent);
    left -= turns.reduce((sum, turn) => sum + cost(turn), 0);
    if (left < 0 && chosen.length > 0) break;
    chosen.push(turns);
    shown += exchange.length;
  }
  return { turns: [...instructions, ...chosen.toReversed().flat()], leftOut: messages.length - shown };
}

/** Cuts a thread where it may be cut: before every message that is not the answer to a tool call. */
function exchanges(messages: readonly Message[]): Message[][] {
  const result: Message[][] = [];
  for (const message of messages) {
    const last = result.at(-1);
    if (message.role === 'TOOL' && last !== undefined) last.push(message);
    else result.push([message]);
  }
  return result;
}

/** A tool call without an answer would be refused by every provider: it is shown as what was said beside it, if anything. */
function turnsOf(exchange: readonly Message[], agent: string | null): ChatTurn[] {
  const [first, ...answers] = exchange;
  if (first === undefined) return [];
  const given = new Set(answers.map(({ toolCallId }) => toolCallId));
  const whole = first.toolCalls.every(({ id }) => given.has(id));
  if (whole) return exchange.map((message) => turnOf(message, agent));
  return first.content === '' ? [] : [turnOf({ ...first, toolCalls: [] }, agent)];
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
