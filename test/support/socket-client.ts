import assert from 'node:assert/strict';
import { createClient } from 'graphql-ws';
import { WebSocket, type CloseEvent } from 'ws';
import type { Answer } from './skein.ts';

/** A GraphQL client over WebSocket, as front ends have it. */
export type SocketClient = {
  /** Subscribes, or asks. @throws what the server answered instead: GraphQL errors, or the close of the socket */
  follow(query: string, variables?: object): AsyncIterableIterator<Answer>;
  /** The one answer to a query, or what it was refused with. */
  ask(query: string, variables?: object): Promise<Answer>;
  /** Resolves when the server has closed the socket. */
  readonly closed: Promise<CloseEvent>;
  /** Goes away without a word, as a closed laptop does. */
  vanish(): void;
  [Symbol.asyncDispose](): Promise<void>;
};

/**
 * @param url of GraphQL over HTTP; the socket's is the same
 * @param connectionParams who is asking
 */
export function connectSocket(url: string, connectionParams: Record<string, unknown> = {}): SocketClient {
  const closed = Promise.withResolvers<CloseEvent>();
  const client = createClient({
    url: url.replace(/^http/, 'ws'),
    webSocketImpl: WebSocket,
    connectionParams,
    // Open until it is disposed of, subscriptions or none: so a test can tell who closed it.
    lazy: false,
    onNonLazyError: () => {},
    retryAttempts: 0,
    on: { closed: (event) => closed.resolve(event as CloseEvent) },
  });
  const follow = (query: string, variables: object = {}) =>
    client.iterate({ query, variables: { ...variables } }) as AsyncIterableIterator<Answer>;
  return {
    follow,
    async ask(query, variables) {
      try {
        for await (const answer of follow(query, variables)) return answer;
      } catch (error) {
        if (Array.isArray(error)) return { data: null, errors: error as NonNullable<Answer['errors']> };
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

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the shape is the query's, checked by assertions
export type SocketEvent = any;

/** The events of a subscription to a field, until it ends or one is the last. */
export async function eventsOf(
  answers: AsyncIterable<Answer>,
  field: string,
  isLast: (event: SocketEvent) => boolean = () => false,
): Promise<SocketEvent[]> {
  const events: SocketEvent[] = [];
  for await (const { data, errors } of answers) {
    assert.equal(errors, undefined);
    events.push(data[field]);
    if (isLast(data[field])) break;
  }
  return events;
}
