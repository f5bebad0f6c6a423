import { APIConnectionTimeoutError, APIError } from 'openai';
import type { ModelFailure } from '../chat.ts';
import { failureOfConnection, failureOfRefusal, malformed, retryAfterOf, type SettingNames } from '../failures.ts';

/** What an error of the SDK's means: the only place that knows its classes. */
export function explainFault(error: unknown, settings: SettingNames): ModelFailure {
  if (error instanceof SyntaxError) return malformed('something that is not JSON', error);
  if (error instanceof APIConnectionTimeoutError) return failureOfConnection({ code: 'ETIMEDOUT' }, settings);
  if (!(error instanceof APIError)) return failureOfConnection(error, settings);
  const status: unknown = error.status;
  const refused: unknown = error.error;
  if (typeof status !== 'number' && (refused === undefined || refused === null)) {
    return failureOfConnection(error, settings);
  }
  const headers: unknown = error.headers;
  return failureOfRefusal(
    {
      status: typeof status === 'number' ? status : null,
      // A body without `error` inside is kept in the message only.
      error: refused ?? error.message,
      retryAfterMs: headers instanceof Headers ? retryAfterOf((name) => headers.get(name)) : undefined,
    },
    settings,
  );
}
