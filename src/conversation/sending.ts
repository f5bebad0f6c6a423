import { SkeinError } from '../core/errors.ts';
import type { OwnerScope, Viewer } from '../core/identity.ts';
import { messageKeyText, newMessageId, replyIdFor, type MessageKey, type ThreadKey } from '../core/ids.ts';
import { startMeter } from '../core/meter.ts';
import { keyOfMessage, type Message, type Thread } from '../core/thread.ts';
import { ModelFailure } from '../models/chat.ts';
import type { Call } from '../storage/store.ts';
import { askEarly } from './early-ask.ts';
import { checkIdempotencyKey, writeScope, type RegenerateInput, type SendInput } from './input.ts';
import { newUserMessage, pendingReply } from './new-messages.ts';
import { startReply, type ReplyRun, type Sent } from './replies.ts';
import type { SendingParts } from './sending-parts.ts';
import { nameThread } from './titles.ts';
import { writeReply, type Opened } from './write-reply.ts';

/** Sends messages and keeps the replies that are being written. */
export type Sending = ReturnType<typeof createSending>;

/** A reply's place is made, in the place of another where there is one, or was there before (`created: false`). */
type Place = Opened & { readonly created: boolean; readonly replaced?: MessageKey };

const HISTORY_PAGE = 100;

export function createSending(parts: SendingParts) {
  const running = new Map<string, ReplyRun>();
  /** The runs whose replies have their place, by that. */
  const writing = new Map<string, ReplyRun>();
  const background = new Set<Promise<void>>();
  const stopping = new AbortController();
  let closing = false;
  /** Whether the last message that was sent could be stored: if not, no model is asked for a reply that has no place. */
  let storing = true;

  /**
   * Stores the message and the place of its reply, then has the reply written. The same idempotency key again joins
   * the reply that is under way, or gives the one of then. Without content it goes on from the thread's last message:
   * after the answers to a reply's tool calls, say.
   * @throws SkeinError FORBIDDEN, NOT_FOUND, LIMIT_EXCEEDED, BAD_USER_INPUT, UNAVAILABLE; from `opening` and `sent` too
   */
  function send(viewer: Viewer, thread: ThreadKey, input: SendInput, call: Call): ReplyRun {
    const scope = writeScope(viewer, thread, 'speak', 'input.threadId');
    const { content } = input;
    if (content === null) return goOn(scope, thread, input, call);
    const user = newUserMessage(thread, { ...input, content }, parts.now());
    const reply: MessageKey = { ...thread, message: replyIdFor({ ...thread, message: user.id }) };
    return run(scope, reply, input, call, async (signal) => {
      const place = pendingReply(reply, user.id, parts.now());
      const appending = parts.messages.append(scope, thread.thread, [user, place], { meter: call.meter });
      const early = storing ? askEarly(parts, scope, thread, user, input, signal, { meter: call.meter }) : null;
      try {
        const appended = await appending;
        storing = true;
        const [first, second] = appended.messages;
        if (first === undefined || second === undefined) {
          throw new Error('An append gave back fewer messages than it took.');
        }
        const created = second.created;
        if (!created) early?.drop();
        return { thread: appended.thread, userMessage: first.message, reply: second.message, created, early };
      } catch (error) {
        storing = false;
        early?.drop();
        throw error;
      }
    });
  }

  function goOn(scope: OwnerScope, thread: ThreadKey, input: SendInput, call: Call): ReplyRun {
    // Whatever the last message turns out to be, two calls at once are one: they share the thread's place.
    const address: MessageKey = { ...thread, message: newMessageId(thread, 'go on') };
    return run(scope, address, input, call, async () => {
      const shown = await lastMessages(scope, thread, call);
      const last = shown.at(-1);
      if (last?.status === 'PENDING') return underWayIn(scope, thread, shown, last, call);
      if (last === undefined || last.role === 'ASSISTANT') {
        throw new SkeinError('BAD_USER_INPUT', 'input.content must say something: there is nothing to reply to.', {
          field: 'input.content',
        });
      }
      return placeAfter(scope, thread, shown, last, call);
    });
  }

  /**
   * Writes a thread's last reply anew, in the place of the old one, which is kept as SUPERSEDED; or, when the last
   * message is no reply, replies to it. The same idempotency key again gives the reply of then.
   * @throws SkeinError CONFLICT when `messageId` is not the thread's last message, or is still being written
   */
  function regenerate(viewer: Viewer, thread: ThreadKey, input: RegenerateInput, call: Call): ReplyRun {
    const scope = writeScope(viewer, thread, 'speak', 'input.threadId');
    checkIdempotencyKey(input.idempotencyKey, 'input.idempotencyKey');
    const key = input.idempotencyKey;
    const address: MessageKey = { ...thread, message: newMessageId(thread, key === null ? 'anew' : `anew ${key}`) };
    return run(scope, address, { ...input, content: null, author: null, metadata: {} }, call, async () => {
      const shown = await lastMessages(scope, thread, call);
      const last = shown.at(-1);
      if (key !== null) {
        const [there] = await parts.messages.get(scope, [address], call);
        if (there) return { ...(await surroundings(scope, thread, shown, call)), reply: there, created: false };
      }
      if (last === undefined) {
        throw new SkeinError('BAD_USER_INPUT', 'This thread has no message to reply to.', { field: 'input.threadId' });
      }
      if (input.messageId !== null && last.id !== input.messageId) {
        throw new SkeinError('CONFLICT', 'Only the last reply of a thread can be written anew.', {
          field: 'input.messageId',
        });
      }
      if (last.role !== 'ASSISTANT') return placeAfter(scope, thread, shown, last, call);
      if (last.status === 'PENDING' && key === null && input.messageId === null) {
        return underWayIn(scope, thread, shown, last, call);
      }
      const id = key === null ? replyIdFor(keyOfMessage(last)) : address.message;
      const place = pendingReply({ ...thread, message: id }, last.replyTo, parts.now());
      const replaced = await parts.messages.replaceReply(scope, keyOfMessage(last), place, call);
      return { ...replaced, userMessage: answered(shown, last), replaced: keyOfMessage(last) };
    });
  }

  /**
   * Has a reply that is under way stop; it ends FAILED with what had come until then.
   * @throws SkeinError NOT_FOUND, FORBIDDEN; CONFLICT when it is not under way here
   */
  async function cancel(viewer: Viewer, reply: MessageKey, call: Call): Promise<Message> {
    const scope = writeScope(viewer, reply, 'speak', 'messageId');
    const [message] = await parts.messages.get(scope, [reply], call);
    if (!message) throw new SkeinError('NOT_FOUND', 'There is no message with this id.', { field: 'messageId' });
    const underWay = writing.get(nameOf(scope, reply));
    if (underWay === undefined) {
      throw new SkeinError('CONFLICT', 'This reply is not being written.', { field: 'messageId' });
    }
    underWay.stop(new ModelFailure('CANCELLED', 'The reply was cancelled.', { retryable: true }));
    return (await underWay.sent).reply;
  }

  /**
   * The reply outlives the request: it goes on, and is counted, whether or not the client waits for it.
   * @param address by which a second call at the same time finds the first
   */
  function run(
    scope: OwnerScope,
    address: MessageKey,
    input: SendInput,
    call: Call,
    open: (signal: AbortSignal) => Promise<Place>,
  ): ReplyRun {
    if (closing) throw new SkeinError('UNAVAILABLE', 'The server is stopping; send again.', { retryAfterMs: 1_000 });
    const name = nameOf(scope, address);
    const underWay = running.get(name);
    if (underWay !== undefined) return underWay;
    const reply = startReply(async (writer) => {
      const opened = await open(writer.signal);
      const place = nameOf(scope, keyOfMessage(opened.reply));
      writer.opened({ userMessage: opened.userMessage, reply: keyOfMessage(opened.reply) });
      if (!opened.created) {
        return (await writtenHere(place))?.sent ?? endedBefore(scope, opened, { meter: call.meter });
      }
      writing.set(place, reply);
      try {
        parts.stored();
        if (opened.replaced !== undefined) parts.feed.superseded(scope.tenant, opened.replaced);
        parts.feed.appended(opened.thread);
        const sent = await writeReply(parts, scope, opened, input, writer, { meter: call.meter });
        inBackground(nameThread(parts, scope, sent, stopping.signal));
        return sent;
      } finally {
        writing.delete(place);
      }
    });
    running.set(name, reply);
    reply.sent.then(
      () => running.delete(name),
      () => running.delete(name),
    );
    inBackground(reply.told);
    return reply;
  }

  function inBackground(work: Promise<void>): void {
    background.add(work);
    void work.finally(() => background.delete(work));
  }

  async function lastMessages(scope: OwnerScope, thread: ThreadKey, call: Call): Promise<readonly Message[]> {
    const window = { from: 'end', limit: HISTORY_PAGE, after: null, before: null } as const;
    const [page] = await parts.messages.list(scope, [{ thread, filter: {}, window }], call);
    return page?.items ?? [];
  }

  /** The place of a reply to a message that has none. */
  async function placeAfter(
    scope: OwnerScope,
    thread: ThreadKey,
    shown: readonly Message[],
    last: Message,
    call: Call,
  ): Promise<Place> {
    const id = replyIdFor(keyOfMessage(last));
    const place = pendingReply({ ...thread, message: id }, last.id, parts.now());
    const appended = await parts.messages.append(scope, thread.thread, [place], call);
    const [reply] = appended.messages;
    if (reply === undefined) throw new Error('An append gave back fewer messages than it took.');
    const { message, created } = reply;
    return { thread: appended.thread, userMessage: answered(shown, last), reply: message, created };
  }

  async function surroundings(scope: OwnerScope, key: ThreadKey, shown: readonly Message[], call: Call) {
    const [thread] = await parts.threads.get(scope, [key], call);
    const last = shown.at(-1);
    if (!thread || last === undefined) throw new SkeinError('NOT_FOUND', 'There is no thread with this id.');
    return { thread, userMessage: answered(shown, last) };
  }

  /** A reply that is being written is what a second call at the same time asks for. */
  async function underWayIn(
    scope: OwnerScope,
    thread: ThreadKey,
    shown: readonly Message[],
    reply: Message,
    call: Call,
  ): Promise<Place> {
    return { ...(await surroundings(scope, thread, shown, call)), reply, created: false };
  }

  /** A reader may see a place in the store before its writer has heard that it is stored: hence the openings. */
  async function writtenHere(place: string): Promise<ReplyRun | undefined> {
    if (!writing.has(place)) await Promise.allSettled(Array.from(running.values(), ({ opening }) => opening));
    return writing.get(place);
  }

  async function endedBefore(scope: OwnerScope, opened: Place, call: Call): Promise<Sent> {
    const thread: Thread = opened.thread;
    const [reply] = await parts.messages.get(scope, [keyOfMessage(opened.reply)], call);
    if (!reply || reply.status === 'PENDING') {
      throw new SkeinError('UNAVAILABLE', 'The reply is being written by another server; ask again.', {
        retryAfterMs: 1_000,
      });
    }
    return { thread, userMessage: opened.userMessage, reply, failure: reply.failure };
  }

  return {
    send,
    regenerate,
    cancel,

    /**
     * Marks FAILED the replies that a server that is no more left PENDING. To be called before anything is sent.
     * @param before replies begun later are left alone: another server may be writing them
     */
    async recover(before: number): Promise<number> {
      return parts.messages.failPending(before, interrupted().toFailure(), { meter: startMeter() });
    },

    /**
     * Lets the replies under way end, for so many milliseconds; those that have not ended by then are stored FAILED
     * with what had come. Resolves when their followers know. Nothing new is begun.
     */
    async close(graceMs: number): Promise<void> {
      closing = true;
      const runs = [...running.values()];
      const stop = setTimeout(() => {
        for (const reply of runs) reply.stop(interrupted());
        stopping.abort();
      }, graceMs);
      await Promise.allSettled(runs.map((reply) => reply.sent));
      await Promise.allSettled(background);
      clearTimeout(stop);
    },
  };
}

function nameOf({ tenant }: OwnerScope, key: MessageKey): string {
  return `${tenant}\n${messageKeyText(key)}`;
}

function interrupted(): ModelFailure {
  return new ModelFailure('INTERRUPTED', 'The server stopped before the reply was whole. Have it written anew.', {
    retryable: true,
  });
}

/** The message that a reply answers, as a person would say: the last thing that a user said. */
function answered(shown: readonly Message[], last: Message): Message {
  return shown.findLast(({ role }) => role === 'USER') ?? last;
}
