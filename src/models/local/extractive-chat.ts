import type { ChatEvent, ChatModel, ChatRequest } from '../chat.ts';
import { extract, type Extract } from './extract.ts';

const MODEL = 'skein-local';

const NO_MODEL = 'No language model is configured, so Skein can only quote what was said before.';

/**
 * The chat model of a Skein that has none: it answers from the owner's own past messages, by quoting the sentences that
 * fit, and says so. It needs no network and never fails.
 */
export function createExtractiveChat(): ChatModel {
  return {
    model: MODEL,
    answersFromSources: true,
    reply,
    close: () => Promise.resolve(),
  };
}

async function* reply(request: ChatRequest, { signal }: { signal: AbortSignal }): AsyncGenerator<ChatEvent, void> {
  const question = request.turns.findLast(({ role }) => role === 'user')?.content ?? '';
  const extracts = await extract(question, request.sources);
  for (const text of extracts.length === 0 ? nothingFound() : quotations(extracts)) {
    signal.throwIfAborted();
    // One turn of the event loop a piece: a follower sees the reply grow, as with a model that takes its time.
    await new Promise((resolve) => setImmediate(resolve));
    yield { kind: 'delta', text };
  }
  yield {
    kind: 'end',
    model: MODEL,
    finishReason: 'stop',
    usage: null,
    toolCalls: [],
    drawnOn: [...new Set(extracts.map(({ source }) => source.number))],
  };
}

function nothingFound(): string[] {
  return [`I found nothing about this in your other conversations. ${NO_MODEL}`];
}

function quotations(extracts: readonly Extract[]): string[] {
  return ['From your other conversations:\n\n', ...extracts.map(quotation), NO_MODEL];
}

function quotation({ source, sentence }: Extract): string {
  const who = source.author ?? (source.said === 'by the user' ? 'you' : 'the assistant');
  const when = new Date(source.createdAt).toISOString().slice(0, 10);
  const where = source.threadTitle === null ? '' : `, in “${source.threadTitle}”`;
  return `> ${sentence}\n> — ${who}, ${when}${where}\n\n`;
}
