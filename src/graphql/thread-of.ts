import { SkeinError } from '../core/errors.ts';
import { threadKeyOfMessage, type Message, type Thread } from '../core/thread.ts';
import type { Loaders } from './loaders.ts';

/**
 * The thread of a message; those of many messages go to storage together.
 * @throws SkeinError NOT_FOUND when it was deleted since the message was read
 */
export async function threadOf(message: Message, loaders: Pick<Loaders, 'thread'>): Promise<Thread> {
  const thread = await loaders.thread.load(threadKeyOfMessage(message));
  if (thread === null) throw new SkeinError('NOT_FOUND', 'The thread of this message was deleted meanwhile.');
  return thread;
}
