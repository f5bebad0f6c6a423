import compress from '@fastify/compress';
import cors from '@fastify/cors';
import helmet from '@fastify/helmet';
import websocket from '@fastify/websocket';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply } from 'fastify';
import { SkeinError } from '../core/errors.ts';
import type { Viewer } from '../core/identity.ts';
import type { Log } from '../core/log.ts';
import { giveWay } from '../core/turns.ts';
import { createApollo } from '../graphql/apollo.ts';
import { createContext } from '../graphql/context.ts';
import { extensionsOf } from '../graphql/errors.ts';
import { createSchema } from '../graphql/schema.ts';
import type { Services } from '../graphql/services.ts';
import { developmentViewer } from './development-identity.ts';
import { parseJsonBodies } from './json-body.ts';
import { requireLocalCaller } from './local-caller.ts';
import { sendLongAnswersInTurns } from './long-answers.ts';
import { createSocketHandler } from './socket.ts';
import { createStopping } from './stopping.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who is asking; null until that is settled. */
    viewer: Viewer | null;
  }
}

/** Of a request's body, and of a WebSocket's message. Larger appends go in several; a single message has at most 1 MB. */
const BODY_BYTES = 32 * 1_048_576;

const STATUSES: Readonly<Record<string, number>> = { UNAUTHENTICATED: 401, FORBIDDEN: 403, UNAVAILABLE: 503 };

/**
 * The HTTP server: GraphQL at `/graphql` (HTTP and WebSocket), `/healthz` (the process lives), `/readyz` (the engine
 * answers).
 */
export async function createApp({
  services,
  ping,
  drain,
  corsOrigins,
  log,
}: {
  services: Services;
  /** Throws when the engine does not answer. */
  ping: () => Promise<void>;
  /** Resolves when the replies under way have ended; called once, when the server stops. */
  drain: () => Promise<void>;
  corsOrigins: readonly string[];
  log: Log;
}): Promise<FastifyInstance> {
  const app = Fastify({ bodyLimit: BODY_BYTES, forceCloseConnections: 'idle', return503OnClosing: false });
  const stopping = createStopping({ server: app.server, sockets: () => app.websocketServer, drain });
  const schema = createSchema();
  const apollo = createApollo({ schema, log });
  await apollo.start();
  app.addHook('onClose', () => apollo.stop());

  parseJsonBodies(app, BODY_BYTES);
  app.setErrorHandler((error: FastifyError, _, reply) => refuse(error, reply, log));
  app.setNotFoundHandler((_, reply) => reply.code(404).send(failure('NOT_FOUND', 'GraphQL is at /graphql.')));

  // Apollo's landing page brings scripts of its own, and has a policy of its own for them.
  await app.register(helmet, { contentSecurityPolicy: false, crossOriginEmbedderPolicy: false });
  await app.register(websocket, {
    options: { maxPayload: BODY_BYTES },
    preClose(done) {
      stopping.stop().then(() => done(), done);
    },
  });
  // After the WebSocket's own hook: it closes the connections that are refused here.
  app.addHook('onRequest', (request, _, done) => {
    requireLocalCaller(request.headers, corsOrigins);
    if (stopping.begun()) throw new SkeinError('UNAVAILABLE', 'The server is stopping.', { retryAfterMs: 1_000 });
    done();
  });
  if (corsOrigins.length > 0) await app.register(cors, { origin: [...corsOrigins] });
  sendLongAnswersInTurns(app);
  await app.register(compress, { encodings: ['gzip', 'identity'], threshold: 1_024 });

  // Who is asking is settled before GraphQL begins, so that a refusal has its HTTP status too.
  app.decorateRequest('viewer', null);
  app.addHook('preHandler', (request, _, done) => {
    request.viewer = developmentViewer((name) => request.headers[name]);
    done();
  });

  app.get('/healthz', () => ({ status: 'ok' }));
  app.get('/readyz', async () => {
    await ping();
    return { status: 'ready' };
  });

  const graphql = fastifyApolloHandler(apollo, {
    context: async ({ viewer }) => {
      if (viewer === null) throw new Error('A request reached GraphQL without a viewer.');
      // Of many requests that come at once, each may have milliseconds to be planned: not all in one turn.
      await giveWay();
      return createContext(services, viewer);
    },
  });
  app.route({ method: 'POST', url: '/graphql', handler: graphql });
  app.route({
    method: 'GET',
    url: '/graphql',
    handler: graphql,
    wsHandler: createSocketHandler({ schema, services, log }),
  });
  return app;
}

/** What nobody's data is in, and goes through most of what queries do. */
const FIRST_QUERY = `{
  viewer { id }
  threads(first: 1) { edges { node { id title messages(first: 1) { edges { node { id content } } } } } }
  searchMessages(query: "first", mode: KEYWORD, first: 1) {
    edges { node { score snippet message { id thread { title } } } }
  }
}`;

/**
 * Has a first query answered before anybody asks, as a user who has no threads: it builds and compiles what all others
 * use, which holds everything for 40 ms. What it is answered is nobody's business.
 */
export async function warmUp(app: FastifyInstance): Promise<void> {
  const headers = { 'x-skein-user': 'skein-first-query', 'x-skein-tenant': 'skein-first-query' };
  await app.inject({ method: 'POST', url: '/graphql', headers, payload: { query: FIRST_QUERY } });
}

/** Faults before GraphQL begins look as GraphQL's own do, with the same codes. */
function refuse(error: FastifyError, reply: FastifyReply, log: Log): FastifyReply {
  if (error instanceof SkeinError) {
    return reply
      .code(STATUSES[error.code] ?? 400)
      .send({ errors: [{ message: error.message, extensions: extensionsOf(error) }] });
  }
  const status = error.statusCode ?? 500;
  if (status === 413) {
    const limit = `A request may have at most ${String(BODY_BYTES)} bytes; send the messages in several.`;
    return reply.code(413).send(failure('LIMIT_EXCEEDED', limit));
  }
  if (status < 500) {
    const message = `The request cannot be read: ${error.message.replace(/\.$/, '')}. Send JSON like {"query": "{ viewer { id } }"} with content-type application/json.`;
    return reply.code(status).send(failure('BAD_USER_INPUT', message));
  }
  log.error({ err: error }, 'a request failed before GraphQL began');
  return reply.code(500).send(failure('INTERNAL_SERVER_ERROR', 'Skein failed to answer this; its log says why.'));
}

function failure(code: string, message: string) {
  return { errors: [{ message, extensions: { code } }] };
}
