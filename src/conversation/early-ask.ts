import type { OwnerScope } from '../core/identity.ts';
import type { ThreadKey } from '../core/ids.ts';
import type { Message, Thread } from '../core/thread.ts';
import { ModelFailure } from '../models/chat.ts';
import type { Call, NewMessage, Page } from '../storage/store.ts';
import { askModel, type Asked } from './ask-model.ts';
import type { SendInput } from './input.ts';
import type { Question } from './prompt.ts';
import { latestPage } from './read-history.ts';
import type { SendingParts } from './sending-parts.ts';

/**
 * A model that is asked while the message is being stored, so that the reply waits for the slower of the two and not for
 * both. Nobody sees a word of it before the message is stored.
 */
export type EarlyAsk = {
  /**
   * What was asked, if it is what would be asked now. Else that request is ended; where the message had been stored before
   * its thread was read, the model is asked now, with what was read; where not, it is null.
   */
  claim(question: Question): Promise<Asked | null>;
  /** Ends the request: the message was not stored, or not by this call. */
  drop(): void;
};

/**
 * Asks the model as if the message were the thread's next. A thread that is not there and a message that is there already
 * ask for nothing.
 * @param stopping ends the request, too
 */
export function askEarly(
  parts: SendingParts,
  scope: OwnerScope,
  key: ThreadKey,
  message: NewMessage,
  input: SendInput,
  stopping: AbortSignal,
  call: Call,
): EarlyAsk {
  const dropping = new AbortController();
  const signal = AbortSignal.any([stopping, dropping.signal]);
  const reading = readThread(parts, scope, key, call);
  const expected = reading.then((read) => nextQuestion(scope, key, message, read));
  const asking = expected.then((question) => question && askModel(parts, scope, question, input, signal, call));
  // A refused append is answered without asking how this went.
  asking.catch(() => undefined);

  function drop(): void {
    dropping.abort(new ModelFailure('CANCELLED', 'The message was not stored.', { retryable: true }));
    // What has begun to answer holds on to its connection until it is told.
    asking.then((asked) => asked?.end()).catch(() => undefined);
  }

  return {
    async claim(question) {
      const guess = await expected.catch(() => null);
      if (guess !== null && asksTheSame(guess, question)) return asking;
      drop();
      const read = await reading.catch(() => null);
      if (read === null || !has(read.page, message)) return null;
      const latest = { ...read.page, items: read.page.items.filter(({ seq }) => seq < question.before) };
      return askModel(parts, scope, { ...question, latest }, input, stopping, call);
    },
    drop,
  };
}

type Read = { readonly thread: Thread | null; readonly page: Page<Message> };

async function readThread(
  { threads, messages }: SendingParts,
  scope: OwnerScope,
  key: ThreadKey,
  call: Call,
): Promise<Read> {
  const [[thread], page] = await Promise.all([
    threads.get(scope, [key], call),
    latestPage(messages, scope, key, null, call),
  ]);
  return { thread: thread ?? null, page };
}

function nextQuestion(scope: OwnerScope, key: ThreadKey, message: NewMessage, { thread, page }: Read): Question | null {
  if (thread === null || has(page, message)) return null;
  const seq = (page.items.at(-1)?.seq ?? 0) + 1;
  const { tenant, owner } = scope;
  const asStored: Message = {
    ...{ tenant, owner, thread: key.thread, ...message, seq },
    ...{ indexing: 'PENDING', failure: null, recalled: [] },
  };
  return { thread, userMessage: asStored, before: seq + 1, latest: { ...page, items: [...page.items, asStored] } };
}

function has(page: Page<Message>, { id }: NewMessage): boolean {
  return page.items.some((item) => item.id === id);
}

/** Whether the message got the seq that was foreseen, so that nothing came between, and the thread still says the same. */
function asksTheSame(guess: Question, { thread, userMessage }: Question): boolean {
  return (
    guess.userMessage.seq === userMessage.seq &&
    guess.thread.instructions === thread.instructions &&
    guess.thread.agent === thread.agent
  );
}
