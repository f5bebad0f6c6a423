import type { Server } from 'node:http';
import type { WebSocketServer } from 'ws';

/** Of the ten seconds that a stop may take: the last is for closing the store. */
const CUT_OFF_MS = 9_000;

/** How a server stops: it waits for what is being answered, and for no connection that only stays open. */
export type Stopping = {
  /** Whether the stop has begun: nothing new is to be answered. */
  begun(): boolean;
  /** Resolves when all that was being answered is answered, or has been cut off. */
  stop(): Promise<void>;
};

/**
 * @param sockets is asked for at the stop
 * @param drain resolves when the replies under way have ended
 */
export function createStopping({
  server,
  sockets,
  drain,
}: {
  server: Server;
  sockets: () => Pick<WebSocketServer, 'clients' | 'close'>;
  drain: () => Promise<void>;
}): Stopping {
  let begun = false;
  let underWay = 0;
  const answered = Promise.withResolvers<undefined>();
  const look = (): void => {
    if (begun && underWay === 0) answered.resolve(undefined);
  };
  server.on('request', (_, response) => {
    underWay += 1;
    response.once('close', () => {
      underWay -= 1;
      look();
    });
  });

  return {
    begun: () => begun,
    async stop() {
      begun = true;
      const { clients } = sockets();
      const cutOff = setTimeout(() => {
        for (const client of clients) client.terminate();
        server.closeAllConnections();
      }, CUT_OFF_MS).unref();
      server.once('close', () => {
        clearTimeout(cutOff);
      });

      await drain();
      // Sockets close only now: a stop cuts no one off in mid-reply.
      for (const client of clients) client.close(1_001, 'The server is stopping.');
      look();
      await Promise.all([answered.promise, new Promise((resolve) => sockets().close(resolve))]);
      // Browsers open connections ahead of need, which Node does not count as idle until they have asked once.
      server.closeAllConnections();
    },
  };
}
