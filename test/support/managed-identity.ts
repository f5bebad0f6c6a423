import { once } from 'node:events';
import { createServer } from 'node:http';
import { listeningPort } from './listening-port.ts';

/** The endpoint that a platform gives a managed identity its tokens at. */
export type ManagedIdentity = AsyncDisposable & {
  /** What the platform puts into the environment of whoever runs on it. */
  readonly env: Readonly<Record<string, string>>;
  /** Whom tokens were asked for, in order: the resources that they are good at. */
  readonly resources: readonly string[];
};

const SECRET = 'header-of-the-platform-52c1';
const LIFE_S = 24 * 3600;

/**
 * Gives out a token, or none, as Azure App Service does: https://learn.microsoft.com/azure/app-service/overview-managed-identity
 */
export async function startManagedIdentity(token: string | null): Promise<ManagedIdentity> {
  const resources: string[] = [];
  const server = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? '', 'http://127.0.0.1');
    const resource = searchParams.get('resource');
    response.setHeader('content-type', 'application/json');
    if (token === null || resource === null || request.headers['x-identity-header'] !== SECRET) {
      response.writeHead(400).end('{"statusCode":400,"message":"Bad request"}');
      return;
    }
    resources.push(resource);
    const expires = Math.floor(Date.now() / 1000) + LIFE_S;
    const body = {
      access_token: token,
      expires_on: String(expires),
      resource,
      token_type: 'Bearer',
      client_id: 'test',
    };
    response.end(JSON.stringify(body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    env: { IDENTITY_ENDPOINT: `http://127.0.0.1:${listeningPort(server)}/msi/token`, IDENTITY_HEADER: SECRET },
    resources,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
