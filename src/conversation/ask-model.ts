import type { OwnerScope } from '../core/identity.ts';
import type { ChatEvent } from '../models/chat.ts';
import type { Call } from '../storage/store.ts';
import type { SendInput } from './input.ts';
import { preparePrompt, type Prompt, type Question } from './prompt.ts';
import type { SendingParts } from './sending-parts.ts';

/** A model that has been asked: its first event is under way, whether or not anybody reads it. */
export type Asked = Pick<Prompt, 'recalled' | 'leftOut'> & {
  /** When, on the clock of `performance.now`. */
  readonly at: number;
  /** To be read once; who stops reading ends the request. @throws ModelFailure */
  readonly events: AsyncIterable<ChatEvent>;
  /** Ends the request of events that nobody reads. */
  end(): Promise<void>;
};

/**
 * Prepares the prompt and asks the model.
 * @throws SkeinError of the search and the store; the signal's reason when it has aborted before the model is asked
 */
export async function askModel(
  parts: SendingParts,
  scope: OwnerScope,
  question: Question,
  input: Pick<SendInput, 'model' | 'recall' | 'tools'>,
  signal: AbortSignal,
  call: Call,
): Promise<Asked> {
  const at = performance.now();
  const model = input.model ?? parts.chat.model;
  const { turns, sources, recalled, leftOut } = await preparePrompt(parts, scope, question, input, model, call);
  signal.throwIfAborted();
  const { tools } = input;
  const events = parts.chat.reply({ model: input.model, turns, sources, tools }, { signal })[Symbol.asyncIterator]();
  const end = async (): Promise<void> => {
    await events.return?.();
  };
  return { recalled, leftOut, at, events: begun(events, end), end };
}

/** The same events, of which the first is asked for now. */
function begun(events: AsyncIterator<ChatEvent>, end: () => Promise<void>): AsyncIterableIterator<ChatEvent> {
  let first: Promise<IteratorResult<ChatEvent>> | null = events.next();
  // Whoever reads it hears of it; nobody has to.
  first.catch(() => undefined);
  return {
    next() {
      const next = first ?? events.next();
      first = null;
      return next;
    },
    async return() {
      await end();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
