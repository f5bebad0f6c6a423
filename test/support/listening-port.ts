import type { Server } from 'node:net';

/** The port that a server listens at. @throws Error when it listens at none */
export function listeningPort(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server listens at no port.');
  return address.port;
}
