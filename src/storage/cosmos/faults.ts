import { SkeinError } from '../../core/errors.ts';

/**
 * What went wrong with a request to Cosmos DB. `passing`: it may go well in a moment, and it may already have taken
 * effect. `refused`: the answer of a healthy account, with its status: 404, 409, 412 or 413. `denied`: the account does
 * not take the credentials. `tokenless`: Entra ID gave no token. `full`: a logical partition, which is a thread, has its
 * 20 GB.
 */
export type Fault =
  | {
      readonly kind: 'passing';
      readonly reason: string;
      readonly retryAfterMs: number | null;
      /** Whether the connection failed: nothing listens there, or it was cut. */
      readonly isLost: boolean;
      /** What is to be learnt anew before it is tried again: where the account takes writes, or how data is parted. */
      readonly learn: 'regions' | 'ranges' | null;
    }
  | { readonly kind: 'refused'; readonly status: RefusedStatus }
  | { readonly kind: 'denied'; readonly reason: string }
  | { readonly kind: 'tokenless' }
  | { readonly kind: 'full' }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'unknown' };

export type RefusedStatus = 404 | 409 | 412 | 413;

/** The region's listener could not be reached, or did not answer in time. Thrown by the transport. */
export class UnreachableError extends Error {
  /** The SDK tries nothing again by itself for a code that it does not know. */
  readonly code = 'SKEIN_UNREACHABLE';
  readonly timedOut: boolean;

  constructor(message: string, { timedOut, cause }: { timedOut: boolean; cause: unknown }) {
    super(message, { cause });
    this.name = 'UnreachableError';
    this.timedOut = timedOut;
  }
}

/** A physical partition is no longer where it was. Thrown by the transport. */
export class GoneError extends Error {
  /** As above: the SDK's own way with a 410 can go round for ever without a pause (seen with 4.10.1). */
  readonly code = 'SKEIN_GONE';

  constructor() {
    super('A physical partition was split, merged or moved.');
    this.name = 'GoneError';
  }
}

/** Substatus codes: https://learn.microsoft.com/rest/api/cosmos-db/http-status-codes-for-cosmosdb */
const WRITE_FORBIDDEN = 3;
const ACCOUNT_NOT_FOUND = 1008;
const SESSION_NOT_AVAILABLE = 1002;
const PARTITION_FULL = 1014;

const PASSING: Readonly<Record<number, string>> = {
  408: 'Cosmos DB did not answer in time.',
  429: 'Cosmos DB is being asked for more than its throughput allows.',
  449: 'Cosmos DB has another write of the same item under way.',
  500: 'Cosmos DB has an internal error.',
  502: 'Cosmos DB cannot be reached.',
  503: 'Cosmos DB is unavailable.',
  504: 'Cosmos DB did not answer in time.',
};

/** Errors of the connection, from Node: a write behind them may have taken effect. */
const CONNECTION_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_SOCKET',
  'REQUEST_SEND_ERROR',
]);

/** What `@azure/identity` throws when none of its ways leads to a token. */
const TOKEN_ERRORS = new Set([
  'AggregateAuthenticationError',
  'AuthenticationError',
  'AuthenticationRequiredError',
  'CredentialUnavailableError',
]);

/** What callers are told of it. */
export const TOKENLESS = 'No Entra ID token could be had.';

/** Whether the connection itself failed, before or after the request was sent. */
export function isConnectionError(error: unknown): boolean {
  const { code } = detailsOf(error);
  return (
    (typeof code === 'string' && CONNECTION_CODES.has(code)) ||
    (isError(error) && CONNECTION_CODES.has(codeOfCause(error)))
  );
}

/** Whether a status and substatus say that the region takes no writes (any more), or is gone. */
function saysMoved(status: number, substatus: number): boolean {
  return status === 403 && (substatus === WRITE_FORBIDDEN || substatus === ACCOUNT_NOT_FOUND);
}

/** What an error of the SDK means. */
export function faultOf(thrown: unknown): Fault {
  const error = innermost(thrown);
  if (error instanceof UnreachableError) {
    const reason = error.timedOut ? 'Cosmos DB did not answer in time.' : 'Cosmos DB cannot be reached.';
    return { kind: 'passing', reason, retryAfterMs: null, isLost: !error.timedOut, learn: 'regions' };
  }
  if (error instanceof GoneError) {
    const reason = 'Cosmos DB is moving the data.';
    return { kind: 'passing', reason, retryAfterMs: null, isLost: false, learn: 'ranges' };
  }
  const { code, substatus, retryAfterMs } = detailsOf(error);
  if (isError(error) && error.name === 'AbortError') return { kind: 'stopped' };
  if (isError(error) && TOKEN_ERRORS.has(error.name)) return { kind: 'tokenless' };
  if (code === 'TimeoutError' || isConnectionError(error)) {
    const reason = 'Cosmos DB cannot be reached.';
    return { kind: 'passing', reason, retryAfterMs: null, isLost: code !== 'TimeoutError', learn: 'regions' };
  }
  const status = Number(code);
  if (status === 404 && substatus === SESSION_NOT_AVAILABLE) {
    const reason = 'Cosmos DB has not yet caught up in this region.';
    return { kind: 'passing', reason, retryAfterMs, isLost: false, learn: null };
  }
  if (saysMoved(status, substatus)) {
    const reason = 'Cosmos DB is moving its writes to another region.';
    return { kind: 'passing', reason, retryAfterMs, isLost: false, learn: 'regions' };
  }
  if (status === 404 || status === 409 || status === 412 || status === 413) return { kind: 'refused', status };
  if (status === 403 && substatus === PARTITION_FULL) return { kind: 'full' };
  if (status === 401 || status === 403) {
    return { kind: 'denied', reason: `Cosmos DB refuses the credentials (${String(status)}/${String(substatus)}).` };
  }
  const reason = PASSING[status];
  return reason === undefined
    ? { kind: 'unknown' }
    : { kind: 'passing', reason, retryAfterMs, isLost: false, learn: null };
}

/** What callers are told when trying again has not helped. */
export function unavailable(reason: string, retryAfterMs: number, cause: unknown): SkeinError {
  return new SkeinError('UNAVAILABLE', `${reason} Try again.`, { retryAfterMs: Math.ceil(retryAfterMs), cause });
}

type Details = { readonly code: unknown; readonly substatus: number; readonly retryAfterMs: number | null };

function detailsOf(error: unknown): Details {
  if (!isError(error)) return { code: undefined, substatus: 0, retryAfterMs: null };
  const code = 'code' in error ? error.code : undefined;
  const substatus = 'substatus' in error ? Number(error.substatus) : 0;
  const retryAfter = 'retryAfterInMs' in error ? Number(error.retryAfterInMs) : Number.NaN;
  return {
    code,
    substatus: Number.isNaN(substatus) ? 0 : substatus,
    retryAfterMs: Number.isNaN(retryAfter) ? null : retryAfter,
  };
}

/** A batch hides what went wrong in its cause. */
function innermost(error: unknown): unknown {
  return isError(error) && !('code' in error) && isError(error.cause) ? innermost(error.cause) : error;
}

function isError(value: unknown): value is Error {
  return value instanceof Error;
}

function codeOfCause({ cause }: Error): string {
  const { code } = detailsOf(cause);
  return typeof code === 'string' ? code : '';
}
