import type { WebsocketHandler } from '@fastify/websocket';
import { GraphQLError, type ExecutionArgs, type FormattedExecutionResult, type GraphQLSchema } from 'graphql';
import { CloseCode, type SubscribePayload } from 'graphql-ws';
import { makeHandler } from 'graphql-ws/use/@fastify/websocket';
import { SkeinError } from '../core/errors.ts';
import type { Viewer } from '../core/identity.ts';
import type { Log } from '../core/log.ts';
import { giveWay } from '../core/turns.ts';
import { createContext, type RequestContext } from '../graphql/context.ts';
import { presentCost } from '../graphql/cost.ts';
import { formatError } from '../graphql/errors.ts';
import { requireModestQuery } from '../graphql/limits.ts';
import type { Services } from '../graphql/services.ts';
import { developmentViewer } from './development-identity.ts';
import { createDocumentCache, type ReadDocument } from './document-cache.ts';

/** GraphQL over WebSocket (the graphql-transport-ws protocol): the same schema, limits, errors and costs. */
export function createSocketHandler({
  schema,
  services,
  log,
}: {
  schema: GraphQLSchema;
  services: Services;
  log: Log;
}): WebsocketHandler {
  const viewers = new WeakMap<object, Viewer>();
  const contexts = new WeakMap<ExecutionArgs, { context: RequestContext; started: number }>();
  const read = createDocumentCache(schema);
  const format = (errors: readonly GraphQLError[]) => errors.map((error) => formatError(error.toJSON(), error, log));

  return makeHandler({
    // Its own reports of faults carry their messages only outside production.
    isProd: true,
    onConnect: ({ connectionParams, extra }) => {
      try {
        viewers.set(
          extra.socket,
          developmentViewer((name) => connectionParams?.[name]),
        );
      } catch (error) {
        if (!(error instanceof SkeinError)) throw error;
        extra.socket.close(CloseCode.Unauthorized, error.message.slice(0, 120));
      }
    },
    onSubscribe: async ({ extra }, _, payload) => {
      const viewer = viewers.get(extra.socket);
      if (viewer === undefined) throw new Error('A WebSocket asked before it was connected.');
      // As over HTTP: of many that come at once, not all are planned in one turn.
      await giveWay();
      const prepared = prepare(schema, read, payload);
      if (!('document' in prepared)) return prepared;
      const context = createContext(services, viewer);
      const args = { ...prepared, contextValue: context };
      contexts.set(args, { context, started: performance.now() });
      return args;
    },
    onError: (_, __, ___, errors) => format(errors),
    onNext: (_, __, ___, args, { errors, data, extensions }): FormattedExecutionResult => {
      const known = contexts.get(args);
      const cost = known && presentCost(known.context.meter, performance.now() - known.started);
      if (cost) log.debug({ operationName: args.operationName, cost }, 'answered');
      return {
        ...(data !== undefined && { data }),
        ...(errors && { errors: format(errors) }),
        extensions: { ...extensions, ...(cost && { cost }) },
      };
    },
  });
}

/** What graphql-ws would do by itself, but for the limits, and for answering a document that does not parse. */
function prepare(
  schema: GraphQLSchema,
  read: (query: string) => ReadDocument,
  { query, operationName, variables }: SubscribePayload,
): ExecutionArgs | readonly GraphQLError[] {
  const found = read(query);
  if (found.kind === 'faulty') return found.faults;
  const { document } = found;
  try {
    requireModestQuery(schema, document, operationName, variables ?? {});
    return { schema, document, operationName: operationName ?? null, variableValues: variables ?? null };
  } catch (error) {
    if (error instanceof GraphQLError) return [error];
    throw error;
  }
}
