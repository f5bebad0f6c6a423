import { createClient, type Client } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { Answer, Who } from './skein.ts';

/** A client of subscriptions, with a WebSocket of its own. */
export type Subscriber = {
  /** Subscribes, and gives each event's answer. A request that is refused throws. */
  subscribe(query: string, variables?: object): AsyncIterableIterator<Answer>;
  /** Goes away, whatever is under way. */
  terminate(): void;
  [Symbol.asyncDispose](): Promise<void>;
};

/** @param who in whose name it asks */
export function connectSubscriber(url: string, who: Who = {}): Subscriber {
  const client: Client = createClient({
    url: url.replace(/^http/, 'ws'),
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    connectionParams: {
      ...(who.user !== undefined && { 'x-skein-user': who.user }),
      ...(who.tenant !== undefined && { 'x-skein-tenant': who.tenant }),
      ...(who.roles !== undefined && { 'x-skein-roles': who.roles }),
    },
  });
  return {
    subscribe: (query, variables = {}) =>
      client.iterate({ query, variables: variables as Record<string, unknown> }) as AsyncIterableIterator<Answer>,
    terminate: () => {
      client.terminate();
    },
    [Symbol.asyncDispose]: async () => {
      await client.dispose();
    },
  };
}
