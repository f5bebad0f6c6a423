import { createClient, type Client } from 'graphql-ws';
import { WebSocket } from 'ws';
import { z } from 'zod';

/** What one reply took, in milliseconds, beyond what the model's server took itself. */
export type Waited = {
  /** From the request to the first words. */
  readonly first: number;
  /** From the request to the end: of Skein's, when it is stored. */
  readonly whole: number;
};

const REPLY = `subscription ($input: SendMessageInput!) { reply(input: $input) {
  __typename
  ... on ReplyDelta { text }
  ... on ReplyFailed { failure { code message } }
} }`;

const event = z.object({
  data: z.object({
    reply: z.object({
      __typename: z.string(),
      text: z.string().optional(),
      failure: z.object({ code: z.string(), message: z.string() }).optional(),
    }),
  }),
});

/** A WebSocket that is open. */
export async function connectClient(url: string): Promise<Client> {
  const opened = Promise.withResolvers<undefined>();
  const client = createClient({
    url: url.replace(/^http/, 'ws'),
    webSocketImpl: WebSocket,
    lazy: false,
    retryAttempts: 0,
    onNonLazyError: opened.reject,
    on: {
      connected: () => {
        opened.resolve(undefined);
      },
    },
  });
  await opened.promise;
  return client;
}

/**
 * Sends a message and follows the reply to its end.
 * @throws Error when it fails
 */
export async function follow(client: Client, threadId: string, content: string): Promise<Waited> {
  const started = performance.now();
  const clock = stopwatch(started);
  for await (const next of client.iterate({ query: REPLY, variables: { input: { threadId, content } } })) {
    const { text, failure } = event.parse(next).data.reply;
    if (failure !== undefined) throw new Error(`A reply failed: ${failure.code}, ${failure.message}`);
    if (text !== undefined) clock.heard(text);
  }
  return clock.ended();
}

/** Reads what the model's server says that it took, and takes it off. */
export function stopwatch(started: number) {
  let text = '';
  let firstAt: number | null = null;
  return {
    heard(more: string): void {
      firstAt ??= performance.now();
      text += more;
    },
    ended(): Waited {
      const whole = performance.now() - started;
      const told = Array.from(text.matchAll(/<([\d.]+)>/g), ([, took]) => Number(took));
      const [first = Number.NaN, last = first] = [told[0], told.at(-1)];
      return { first: (firstAt ?? Number.NaN) - started - first, whole: whole - last };
    },
  };
}
