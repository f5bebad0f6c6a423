import type { MessageKey } from '../core/ids.ts';
import type { Failure, Message, Thread } from '../core/thread.ts';
import type { ModelFailure } from '../models/chat.ts';
import type { ReplyEvent } from './reply-events.ts';

/** How a reply ended, with all that a caller of `sendMessage` is told. */
export type Sent = {
  readonly thread: Thread;
  readonly userMessage: Message;
  readonly reply: Message;
  readonly failure: Failure | null;
};

/** What is stored before the model is asked. */
export type Opening = { readonly userMessage: Message; readonly reply: MessageKey };

/**
 * At most 30 deltas in any second to a follower: a screen shows no more, and each costs a frame on the wire. 29 at this
 * interval, and the last one, which does not wait.
 */
const DELTA_INTERVAL_MS = 35;

/**
 * A reply that is being written. It lives on whoever listens: a client going away takes nothing with it. Followers may
 * come at any time; each gets the text from its beginning, in pieces as large as its own pace makes them, so that a
 * slow one costs no memory.
 */
export type ReplyRun = {
  readonly opening: Promise<Opening>;
  readonly sent: Promise<Sent>;
  /** Resolves when the reply has ended, well or not, and everyone who followed it has been told. */
  readonly told: Promise<void>;
  follow(): AsyncGenerator<ReplyEvent, void>;
  /** Has the model stop; the reply ends FAILED with what had come until then. */
  stop(failure: ModelFailure): void;
};

/** What the one who writes a reply tells its run. */
export type ReplyWriter = {
  opened(opening: Opening): void;
  wrote(text: string): void;
  /** Aborts, with a ModelFailure as its reason, when the reply is to stop. */
  readonly signal: AbortSignal;
};

/** Starts writing a reply. @param write does the work; the run ends as its promise does */
export function startReply(write: (writer: ReplyWriter) => Promise<Sent>): ReplyRun {
  const opening = Promise.withResolvers<Opening>();
  const abort = new AbortController();
  let text = '';
  let ended = false;
  let changed = Promise.withResolvers<undefined>();
  const followers = new Set<Promise<undefined>>();
  const pauses = new Set<() => void>();

  function announce(): void {
    changed.resolve(undefined);
    changed = Promise.withResolvers();
  }

  const sent = write({
    opened: opening.resolve,
    wrote(more) {
      text += more;
      announce();
    },
    signal: abort.signal,
  }).finally(() => {
    ended = true;
    announce();
    for (const end of pauses) end();
  });

  /** Between two deltas, unless the reply ends. */
  function pause(): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        pauses.delete(end);
        resolve();
      };
      const timer = setTimeout(end, DELTA_INTERVAL_MS).unref();
      if (ended) end();
      else pauses.add(end);
    });
  }

  // An append that was refused is the opening's failure too. Nobody need listen to either.
  sent.catch(opening.reject);
  opening.promise.catch(() => undefined);

  async function* follow(): AsyncGenerator<ReplyEvent, void> {
    const { promise: left, resolve: leave } = Promise.withResolvers<undefined>();
    followers.add(left);
    try {
      yield* events();
    } finally {
      followers.delete(left);
      leave(undefined);
    }
  }

  async function* events(): AsyncGenerator<ReplyEvent, void> {
    const { userMessage, reply } = await opening.promise;
    yield { kind: 'stored', userMessage, reply };
    let told = 0;
    while (!ended) {
      const next = changed.promise;
      if (told < text.length) {
        const piece = text.slice(told);
        told = text.length;
        yield { kind: 'delta', reply, text: piece };
        await pause();
      } else {
        await next;
      }
    }
    if (told < text.length) yield { kind: 'delta', reply, text: text.slice(told) };
    const end = await sent;
    yield end.failure === null
      ? { kind: 'completed', reply: end.reply, thread: end.thread }
      : { kind: 'failed', reply: end.reply, failure: end.failure };
  }

  const everyoneLeft = async (): Promise<void> => {
    await Promise.all(followers);
  };
  return {
    opening: opening.promise,
    sent,
    told: sent.then(everyoneLeft, everyoneLeft),
    follow,
    stop(failure) {
      abort.abort(failure);
    },
  };
}
