import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { Certified } from './certificate.ts';

/** A place to listen on 127.0.0.1 that can be closed and opened again at the same port. */
export type Listener = {
  readonly endpoint: string;
  readonly isOpen: () => boolean;
  /** Listens again, at the same port. */
  open(): Promise<void>;
  /** Stops listening and cuts every connection: who comes next is refused. */
  close(): Promise<void>;
};

/** Listens on 127.0.0.1, with a certificate by https; port 0 takes any free one. */
export async function listen(
  port: number,
  certified: Certified | null,
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<Listener> {
  const server =
    certified === null
      ? createServer(answer)
      : createSecureServer({ key: certified.key, cert: certified.certificate }, answer);
  const start = async (at: number): Promise<number> => {
    server.listen(at, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('The emulator listens on no port');
    return address.port;
  };
  const bound = await start(port);
  return {
    endpoint: `${certified === null ? 'http' : 'https'}://127.0.0.1:${bound}/`,
    isOpen: () => server.listening,
    open: async () => {
      if (!server.listening) await start(bound);
    },
    close: async () => {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
