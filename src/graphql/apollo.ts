import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import { ApolloServerPluginCacheControlDisabled } from '@apollo/server/plugin/disabled';
import { ApolloServerPluginLandingPageLocalDefault } from '@apollo/server/plugin/landingPage/default';
import type { GraphQLSchema } from 'graphql';
import type { Log } from '../core/log.ts';
import { giveWay } from '../core/turns.ts';
import type { RequestContext } from './context.ts';
import { costPlugin } from './cost.ts';
import { formatError } from './errors.ts';
import { MAX_TOKENS, requireModestQuery } from './limits.ts';
import { writeAnswer } from './write-answer.ts';

/** GraphQL over HTTP: Apollo Server with the contract, its limits, its errors and its costs. */
export function createApollo({ schema, log }: { schema: GraphQLSchema; log: Log }): ApolloServer<RequestContext> {
  return new ApolloServer<RequestContext>({
    schema,
    introspection: true,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    parseOptions: { maxLexicalTokens: MAX_TOKENS },
    stringifyResult: writeAnswer,
    formatError: (formatted, error) => formatError(formatted, error, log),
    logger: {
      debug: (message?: unknown) => {
        log.debug({}, String(message));
      },
      info: (message?: unknown) => {
        log.info({}, String(message));
      },
      warn: (message?: unknown) => {
        log.warn({}, String(message));
      },
      error: (message?: unknown) => {
        log.error({}, String(message));
      },
    },
    plugins: [
      ApolloServerPluginLandingPageLocalDefault({ footer: false }),
      // The contract has no cache hints, and looking for them takes a call at every field.
      ApolloServerPluginCacheControlDisabled(),
      costPlugin(log),
      modestyPlugin(),
    ],
  });
}

function modestyPlugin(): ApolloServerPlugin<RequestContext> {
  return {
    requestDidStart: () =>
      Promise.resolve({
        // A text that nobody has sent before takes milliseconds to be read, and as many to be checked.
        validationDidStart: () => giveWay(),
        didResolveOperation: async ({ schema, document, operationName, request }) => {
          requireModestQuery(schema, document, operationName, request.variables ?? {});
          await giveWay();
        },
      }),
  };
}
