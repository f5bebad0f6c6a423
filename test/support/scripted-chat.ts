import type { ChatEvent, ChatModel, ChatRequest } from '../../src/models/chat.ts';

/** What a scripted model does for one reply. */
export type Script = (request: ChatRequest, signal: AbortSignal) => AsyncIterable<ChatEvent>;

/** The end of a reply, as a model without anything special to say about it gives it. */
export function anEnd(fields: Partial<Extract<ChatEvent, { kind: 'end' }>> = {}): ChatEvent {
  return { kind: 'end', model: 'scripted', finishReason: 'stop', usage: null, toolCalls: [], drawnOn: null, ...fields };
}

/**
 * A chat model that follows a script, and keeps what it was asked. What is tested with it is the conversation, not a
 * provider: those have tests of their own, against servers that speak their protocols.
 */
export function scriptedChat(script: Script): ChatModel & { readonly requests: ChatRequest[] } {
  const requests: ChatRequest[] = [];
  return {
    model: 'scripted',
    answersFromSources: false,
    requests,
    reply(request, { signal }) {
      requests.push(request);
      return script(request, signal);
    },
    close: () => Promise.resolve(),
  };
}

/** Says each of the pieces, then ends. */
export async function* saying(...pieces: readonly string[]): AsyncGenerator<ChatEvent, void> {
  for (const text of pieces) {
    await Promise.resolve();
    yield { kind: 'delta', text };
  }
  yield anEnd();
}
