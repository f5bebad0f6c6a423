import assert from 'node:assert/strict';
import { z } from 'zod';
import { valueAt } from './answer.ts';
import type { ServerProcess } from './server-process.ts';

/** A message as a client was told that it is stored, or reads it back. */
export type Told = Readonly<z.infer<typeof toldMessage>>;

const toldMessage = z.object({
  id: z.string(),
  seq: z.number(),
  role: z.string(),
  status: z.string(),
  content: z.string(),
});

/** Messages as they are answered. */
export const toldMessages = z.array(toldMessage);

/** One request of a writer: it is repeated, with the same keys, until it is answered. */
export type Write = {
  readonly kind: 'append' | 'send';
  readonly threadId: string;
  /** Each different from every other of the test; the last word of each occurs in no other. */
  readonly texts: readonly string[];
};

/** A client that writes one thing after the other, and remembers what it was told. */
export type Writer = {
  /** Writes until the server is gone; what it was about then is what it begins with the next time. */
  writeUntilGone(ask: Ask, answered: () => void): Promise<void>;
  /** Repeats what was not answered, if anything. */
  finish(ask: Ask): Promise<void>;
  /** What was asked for and not answered. */
  unanswered(): Write | null;
  /** All that was answered for. */
  readonly told: Told[];
  readonly writes: Write[];
};

type Ask = ServerProcess['ask'];

const MESSAGE = 'id seq role status content';
const QUERIES = {
  append: `mutation ($input: AppendMessagesInput!) { appendMessages(input: $input) { messages { ${MESSAGE} } } }`,
  send: `mutation ($input: SendMessageInput!) {
    sendMessage(input: $input) { userMessage { ${MESSAGE} } reply { ${MESSAGE} } } }`,
};

/** @param next gives the next thing to write */
export function aWriter(next: () => Write): Writer {
  const told: Told[] = [];
  const writes: Write[] = [];
  let current: Write | null = null;

  async function write(ask: Ask): Promise<void> {
    if (current === null) writes.push((current = next()));
    told.push(...(await answerTo(ask, current)));
    current = null;
  }

  return {
    async writeUntilGone(ask, answered) {
      try {
        for (;;) {
          await write(ask);
          answered();
        }
      } catch (error) {
        // What fetch throws when the connection breaks, before the answer or in the middle of it.
        if (!(error instanceof TypeError)) throw error;
      }
    },
    async finish(ask) {
      if (current !== null) await write(ask);
    },
    unanswered: () => current,
    told,
    writes,
  };
}

async function answerTo(ask: Ask, { kind, threadId, texts }: Write): Promise<Told[]> {
  const input =
    kind === 'append'
      ? { threadId, messages: texts.map((content) => ({ role: 'USER', content, idempotencyKey: content })) }
      : { threadId, content: texts[0], idempotencyKey: texts[0] };
  const { data, errors } = await ask(QUERIES[kind], { input });
  assert.equal(errors, undefined, 'a writer is never refused');
  const told = toldMessages.parse(
    kind === 'append'
      ? valueAt(data, 'appendMessages.messages')
      : [valueAt(data, 'sendMessage.userMessage'), valueAt(data, 'sendMessage.reply')],
  );
  assert.deepEqual(
    told.filter(({ role }) => role === 'USER').map(({ content }) => content),
    texts,
    'the answer is about what was asked',
  );
  return told;
}
