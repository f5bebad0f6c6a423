import assert from 'node:assert/strict';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { parseAnswer, valueAt, type Answer } from './answer.ts';

/** What is answered over a socket, one after the other. */
export type Answers = AsyncIterableIterator<Answer, undefined>;

/** A GraphQL client over WebSocket, as front ends have it. */
export type SocketClient = {
  /** Subscribes, or asks. @throws what the server answered instead: GraphQL errors, or the close of the socket */
  follow(query: string, variables?: object): Answers;
  /** The one answer to a query, or what it was refused with. */
  ask(query: string, variables?: object): Promise<Answer>;
  /** Resolves when the server has closed the socket. */
  readonly closed: Promise<Close>;
  /** Goes away without a word, as a closed laptop does. */
  vanish(): void;
  [Symbol.asyncDispose](): Promise<void>;
};

type Close = z.infer<typeof close>;

const close = z.object({ code: z.number(), reason: z.string() });

/**
 * @param url of GraphQL over HTTP; the socket's is the same
 * @param connectionParams who is asking
 */
export function connectSocket(url: string, connectionParams: Record<string, unknown> = {}): SocketClient {
  const closed = Promise.withResolvers<Close>();
  const client = createClient({
    url: url.replace(/^http/, 'ws'),
    webSocketImpl: WebSocket,
    connectionParams,
    // Open until it is disposed of, subscriptions or none: so a test can tell who closed it.
    lazy: false,
    onNonLazyError: () => {},
    retryAttempts: 0,
    on: { closed: (event) => closed.resolve(close.parse(event)) },
  });
  const follow = (query: string, variables: object = {}) =>
    parsed(client.iterate({ query, variables: { ...variables } }));
  return {
    follow,
    async ask(query, variables) {
      try {
        for await (const answer of follow(query, variables)) return answer;
      } catch (error) {
        if (Array.isArray(error)) return parseAnswer({ data: null, errors: error });
        throw error;
      }
      throw new Error('The server answered nothing.');
    },
    closed: closed.promise,
    vanish: () => client.terminate(),
    async [Symbol.asyncDispose]() {
      await client.dispose();
    },
  };
}

/** Subscribed at once, and left at once when it is told to: hence no generator. */
function parsed(results: AsyncIterator<unknown, unknown>): Answers {
  const answers: Answers = {
    async next() {
      const { done = false, value } = await results.next();
      return done ? { done, value: undefined } : { done, value: parseAnswer(value) };
    },
    async return() {
      await results.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]: () => answers,
  };
  return answers;
}

/** What happens in a thread. */
export const EVENTS = `subscription ($threadId: ID!, $afterSeq: Int) { threadEvents(threadId: $threadId, afterSeq: $afterSeq) {
  __typename
  ... on MessageAppended { message { seq status content } }
  ... on MessageFinished { message { seq status content } }
  ... on MessageDeleted { deletedId }
  ... on ThreadChanged { thread { title version } }
  ... on ThreadDeleted { deletedId }
} }`;

/** The messages of a thread. */
export const MESSAGES = `query ($id: ID!) { thread(id: $id) { messages(first: 100) { edges { node { id seq status content } } } } }`;

/** The events of a subscription to a field, until it ends or one is the last. */
export async function eventsOf(
  answers: AsyncIterable<Answer>,
  field: string,
  isLast: (event: unknown) => boolean = () => false,
): Promise<unknown[]> {
  const events: unknown[] = [];
  for await (const { data, errors } of answers) {
    assert.equal(errors, undefined);
    const event = valueAt(data, field);
    events.push(event);
    if (isLast(event)) break;
  }
  return events;
}
