import type { OwnerScope } from '../core/identity.ts';
import { keyOfThread, threadKeyOfMessage, type Message, type Metadata, type Thread } from '../core/thread.ts';
import type { ChatTool, ChatTurn, Source } from '../models/chat.ts';
import { quoteSources } from '../models/quote-sources.ts';
import { tokenCounterFor, type TokenCounter } from '../models/tokens.ts';
import type { Call, Page } from '../storage/store.ts';
import { chooseHistory, type MessageCost } from './history.ts';
import type { SendInput } from './input.ts';
import { latestPage, latestPages, readHistory } from './read-history.ts';
import { recallFor, type Recall, type Recalled } from './recall.ts';
import type { SendingParts } from './sending-parts.ts';

/** What a reply is to answer. */
export type Question = {
  readonly thread: Thread;
  readonly userMessage: Message;
  /** The seq of the reply: what comes before it is its history. */
  readonly before: number;
  /** The latest messages before that, where they are known. */
  readonly latest: Page<Message> | null;
};

/** What a model is given for one reply. */
export type Prompt = {
  readonly turns: readonly ChatTurn[];
  readonly sources: readonly Source[];
  /** The messages that the sources are from, in the same order. */
  readonly recalled: readonly Message[];
  /** What had to be left out, as the reply's metadata says it. */
  readonly leftOut: Metadata;
};

/** What a model that only answers from sources is given when the caller asked for no recall. */
const SOURCES_WANTED: Recall = { topK: 5, neighbours: 0, minScore: null, filter: {} };

/** Quoted material gets at most this share of the tokens: a model that no longer knows the conversation has no use for it. */
const SOURCES_SHARE = 1 / 2;

/** Tokens that a turn costs besides its text: role, separators (OpenAI's cookbook counts 3 to 4). */
const TURN_TOKENS = 4;

/** A message that is one question and nothing else. */
const ONE_QUESTION = /^[^.!?]*\?\s*$/u;

/**
 * Gathers what the model is to know: the thread's instructions always, what the owner's other threads have to say where
 * that is wanted, and as much of the thread's latest messages as then fits the budget.
 * @param model whose tokens are counted
 */
export async function preparePrompt(
  parts: SendingParts,
  scope: OwnerScope,
  { thread, userMessage, before, latest }: Question,
  input: Pick<SendInput, 'recall' | 'tools'>,
  model: string,
  call: Call,
): Promise<Prompt> {
  const read = (upTo: number) => latestPage(parts.messages, scope, keyOfThread(thread), upTo, call);
  const pages = latestPages(read, before, latest);
  const [countTokens, found] = await Promise.all([
    tokenCounterFor(model),
    recall(parts, scope, userMessage, input.recall, call),
    // The first page comes while the recall is under way.
    pages.ahead(),
  ]);
  const costOf = messageCosts(countTokens);
  const instructions: readonly ChatTurn[] =
    thread.instructions === null ? [] : [{ role: 'system', content: thread.instructions }];
  const fixed = instructions.reduce((sum, { content }) => sum + TURN_TOKENS + countTokens(content), 0);
  const budget = parts.historyTokens - fixed - costOfTools(input.tools, countTokens);
  const { sources, messages: recalled } = fitSources(found, budget * SOURCES_SHARE, countTokens);
  const left = budget - costOfSources(sources, countTokens);
  const { messages, more } = await readHistory(pages, left, costOf);
  const history = chooseHistory({ thread, messages, budget: left, costOf });
  const recallLeftOut = found.sources.length - sources.length;
  return {
    turns: [...instructions, ...history.turns],
    sources,
    recalled,
    leftOut: {
      ...((history.leftOut > 0 || more) && history.from !== null && { 'skein.historyFrom': String(history.from) }),
      ...(recallLeftOut > 0 && { 'skein.recallLeftOut': String(recallLeftOut) }),
    },
  };
}

async function recall(
  parts: SendingParts,
  scope: OwnerScope,
  userMessage: Message,
  asked: Recall | null,
  call: Call,
): Promise<Recalled> {
  const wanted = asked ?? (parts.chat.answersFromSources ? SOURCES_WANTED : null);
  if (wanted === null) return { sources: [], messages: [] };
  // A model that quotes would quote its own quotations, which fit the better the further they are from the source; and
  // it would be given its owner's questions, which fit a question best and answer none.
  const leaveOut = (message: Message) =>
    parts.chat.answersFromSources && (message.model === parts.chat.model || ONE_QUESTION.test(message.content));
  return recallFor(parts, scope, threadKeyOfMessage(userMessage), userMessage.content, wanted, leaveOut, call);
}

/** Keeps the sources that fit, the best first, and numbers them anew. */
function fitSources({ sources, messages }: Recalled, budget: number, countTokens: TokenCounter): Recalled {
  const kept: Source[] = [];
  const from: Message[] = [];
  let left = budget;
  for (const [at, source] of sources.entries()) {
    const cost = costOfSources([source], countTokens);
    const message = messages[at];
    if (cost > left || message === undefined) continue;
    left -= cost;
    kept.push({ ...source, number: kept.length + 1 });
    from.push(message);
  }
  return { sources: kept, messages: from };
}

function costOfSources(sources: readonly Source[], countTokens: TokenCounter): number {
  return sources.length === 0 ? 0 : TURN_TOKENS + countTokens(quoteSources(sources));
}

function costOfTools(tools: readonly ChatTool[], countTokens: TokenCounter): number {
  return tools.length === 0 ? 0 : countTokens(JSON.stringify(tools));
}

/** Counts each text once. */
function messageCosts(countTokens: TokenCounter): MessageCost {
  const known = new Map<string, number>();
  const count = (text: string): number => {
    let tokens = known.get(text);
    if (tokens === undefined) known.set(text, (tokens = countTokens(text)));
    return tokens;
  };
  return ({ content, toolCalls }) =>
    TURN_TOKENS + count(content) + (toolCalls.length === 0 ? 0 : count(JSON.stringify(toolCalls)));
}
