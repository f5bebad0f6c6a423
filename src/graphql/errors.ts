import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { SkeinError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';

/** What Apollo and graphql-js call a request that cannot be understood. To a caller they are one thing. */
const REQUEST_FAULTS = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'BAD_REQUEST',
  'OPERATION_RESOLUTION_FAILURE',
  'PERSISTED_QUERY_NOT_SUPPORTED',
]);

/**
 * The one place where errors become what a client sees: a stable code, a sentence, the argument at fault. What is not
 * the caller's to act on is logged, and told without its insides.
 */
export function formatError(formatted: GraphQLFormattedError, error: unknown, log: Log): GraphQLFormattedError {
  const { message, locations, path } = formatted;
  const place = { ...(locations && { locations }), ...(path && { path }) };
  const cause = error instanceof GraphQLError ? (error.originalError ?? error) : error;
  if (cause instanceof SkeinError) return { message: cause.message, ...place, extensions: extensionsOf(cause) };

  const code = formatted.extensions?.['code'];
  if (code === 'LIMIT_EXCEEDED') return { message, ...place, extensions: { code } };
  // Faults of a document and of variables come from graphql-js itself: no code, and nobody's error behind them.
  const fromGraphql = code === undefined && cause instanceof GraphQLError;
  if (fromGraphql || (typeof code === 'string' && REQUEST_FAULTS.has(code))) {
    const field = fieldNamedBy(message);
    return { message, ...place, extensions: { code: 'BAD_USER_INPUT', ...(field !== null && { field }) } };
  }
  log.error({ err: cause, path }, 'a request failed for a reason that is not the caller’s');
  return {
    message: 'Skein failed to answer this; the fault is its own and is in its log.',
    ...place,
    extensions: { code: 'INTERNAL_SERVER_ERROR' },
  };
}

/** The `extensions` that say what a caller can act on. */
export function extensionsOf({ code, field, retryAfterMs }: SkeinError): Record<string, unknown> {
  return { code, ...(field !== undefined && { field }), ...(retryAfterMs !== undefined && { retryAfterMs }) };
}

/** graphql-js says in its sentence which variable or argument it could not use, and nowhere else. */
function fieldNamedBy(message: string): string | null {
  const inner = / at "([^"]+)"/.exec(message)?.[1];
  const variable = /^Variable "\$([^"]+)"/.exec(message)?.[1];
  const argument = /^Argument "([^"]+)"/.exec(message)?.[1];
  return inner?.replaceAll(/\[(\d+)\]/g, '.$1') ?? variable ?? argument ?? null;
}
