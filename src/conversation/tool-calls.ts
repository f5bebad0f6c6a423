import { SkeinError } from '../core/errors.ts';
import type { OwnerScope } from '../core/identity.ts';
import type { ThreadKey } from '../core/ids.ts';
import type { Call, MessageStore } from '../storage/store.ts';
import type { MessageInput } from './input.ts';

/** How far back a tool call may be: the replies of the last page. */
const LOOK_BACK = 100;

/**
 * An answer to a tool call that nobody made would be refused by every model from then on.
 * @param field the messages' path in what the caller wrote
 * @throws SkeinError BAD_USER_INPUT naming the first TOOL message whose `toolCallId` no earlier message of the thread,
 * or of these, has asked for
 */
export async function requireKnownToolCalls(
  messages: Pick<MessageStore, 'list'>,
  scope: OwnerScope,
  thread: ThreadKey,
  inputs: readonly MessageInput[],
  field: string,
  call: Call,
): Promise<void> {
  const asked = new Set<string>();
  let storedToo = false;
  for (const [at, input] of inputs.entries()) {
    for (const { id } of input.toolCalls) asked.add(id);
    if (input.role !== 'TOOL') continue;
    const id = input.toolCallId;
    if (id !== null && !asked.has(id) && !storedToo) {
      for (const stored of await storedToolCalls(messages, scope, thread, call)) asked.add(stored);
      storedToo = true;
    }
    if (id === null || !asked.has(id)) {
      const path = `${field}.${String(at)}.toolCallId`;
      throw new SkeinError('BAD_USER_INPUT', `${path} must name a tool call that a message before it makes.`, {
        field: path,
      });
    }
  }
}

async function storedToolCalls(
  messages: Pick<MessageStore, 'list'>,
  scope: OwnerScope,
  thread: ThreadKey,
  call: Call,
): Promise<string[]> {
  const window = { from: 'end', limit: LOOK_BACK, after: null, before: null } as const;
  const [page] = await messages.list(scope, [{ thread, filter: { roles: ['ASSISTANT'] }, window }], call);
  return (page?.items ?? []).flatMap(({ toolCalls }) => toolCalls.map(({ id }) => id));
}
