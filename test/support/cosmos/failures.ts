import type { JsonObject } from './json.ts';

type FailureDetails = {
  substatus?: number;
  /** Put in `additionalErrorInfo`, which tells the SDK to take the query plan and run the query itself. */
  plan?: JsonObject;
  retryAfterMs?: number;
};

const REASONS: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  408: 'RequestTimeout',
  409: 'Conflict',
  410: 'Gone',
  412: 'PreconditionFailed',
  413: 'RequestEntityTooLarge',
  424: 'FailedDependency',
  429: 'TooManyRequests',
  449: 'RetryWith',
  500: 'InternalServerError',
  503: 'ServiceUnavailable',
};

/** An answer with an error status, thrown where it is known and written once, by the HTTP layer. */
export class CosmosFailure extends Error {
  readonly status: number;
  readonly substatus: number;
  readonly plan: JsonObject | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(status: number, message: string, details: FailureDetails = {}) {
    super(message);
    this.name = 'CosmosFailure';
    this.status = status;
    this.substatus = details.substatus ?? 0;
    this.plan = details.plan;
    this.retryAfterMs = details.retryAfterMs;
  }
}

/** The `code` Cosmos DB writes in the body of an error. */
export function reasonOf(status: number): string {
  return REASONS[status] ?? 'Error';
}

/** 400: the request is wrong. */
export function badRequest(message: string, substatus = 0): CosmosFailure {
  return new CosmosFailure(400, message, { substatus });
}

/** 400 of the query compiler, in the form the service uses; `code` as published (`SC1001` is a syntax error). */
export function queryError(message: string, code?: string): CosmosFailure {
  return badRequest(JSON.stringify({ errors: [{ severity: 'Error', ...(code ? { code } : {}), message }] }));
}

/** 400 of the query engine (a missing index), in the form the service uses. */
export function indexError(message: string): CosmosFailure {
  return badRequest(JSON.stringify({ Errors: [message] }));
}

/** 400 for what Cosmos DB can do and this emulator cannot: never an approximation. */
export function notModelled(what: string): CosmosFailure {
  return badRequest(`The Cosmos DB emulator of this project does not model ${what}.`);
}

/** 404: no such resource. */
export function notFound(what: string): CosmosFailure {
  return new CosmosFailure(404, `Entity with the specified id does not exist in the system: ${what}.`);
}
