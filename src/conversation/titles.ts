import type { OwnerScope } from '../core/identity.ts';
import { startMeter } from '../core/meter.ts';
import { keyOfThread } from '../core/thread.ts';
import type { ChatModel } from '../models/chat.ts';
import type { Sent } from './replies.ts';
import type { SendingParts } from './sending-parts.ts';

const TITLE_CHARACTERS = 60;
/** A title is not worth waiting for longer. */
const TITLE_MS = 20_000;

const INSTRUCTIONS =
  'Give this conversation a title of two to six words, in its language. Answer with the title alone, without quotation marks.';

/**
 * Gives a thread without a title one after its first whole exchange: from the model, or, where that cannot, from the
 * first words of the message. A title that someone gave meanwhile stays. Never fails: a thread without a title is no loss.
 * @param signal ends the wait for the model
 */
export async function nameThread(
  parts: SendingParts,
  scope: OwnerScope,
  { thread, userMessage, reply, failure }: Sent,
  signal: AbortSignal,
): Promise<void> {
  if (thread.title !== null || failure !== null || reply.content === '' || reply.toolCalls.length > 0) return;
  try {
    const call = { meter: startMeter() };
    const title = await titleFrom(parts.chat, userMessage.content, reply.content, signal);
    if (title === '') return;
    const { thread: id } = keyOfThread(thread);
    parts.feed.changed(await parts.threads.update(scope, id, { title }, thread.version, call));
  } catch (error) {
    parts.log.debug({ err: error }, 'a thread was left without a title');
  }
}

async function titleFrom(chat: ChatModel, question: string, answer: string, signal: AbortSignal): Promise<string> {
  if (chat.answersFromSources) return firstWords(question);
  const turns = [
    { role: 'system', content: INSTRUCTIONS },
    { role: 'user', content: `${question.slice(0, 2_000)}\n\n${answer.slice(0, 2_000)}` },
  ] as const;
  try {
    let title = '';
    const patience = AbortSignal.any([signal, AbortSignal.timeout(TITLE_MS)]);
    const events = chat.reply({ model: null, turns, sources: [] }, { signal: patience });
    for await (const event of events) if (event.kind === 'delta') title += event.text;
    const bare = title.trim().replaceAll(/^["'“„«]+|["'”“»]+$/g, '');
    return firstWords(bare === '' ? question : bare);
  } catch {
    return firstWords(question);
  }
}

/** The first line, cut between words. */
export function firstWords(text: string): string {
  const line = text.trim().split(/\s*\n/, 1)[0]?.replaceAll(/\s+/g, ' ') ?? '';
  const characters = Array.from(line);
  if (characters.length <= TITLE_CHARACTERS) return line;
  const cut = characters.slice(0, TITLE_CHARACTERS - 1).join('');
  return `${/\s/.test(cut) ? cut.replace(/\s+\S*$/, '') : cut}…`;
}
