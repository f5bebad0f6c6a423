/**
 * Every code a caller can act on. They are part of the public contract (`extensions.code`): add, never rename.
 * - BAD_USER_INPUT: the request is wrong; `field` names the argument.
 * - UNAUTHENTICATED: who is asking could not be established.
 * - FORBIDDEN: the viewer's roles do not allow it.
 * - NOT_FOUND: no such thing, or not the viewer's to see.
 * - CONFLICT: the thing changed since it was read.
 * - LIMIT_EXCEEDED: a documented limit; nothing was written.
 * - RATE_LIMITED, UNAVAILABLE: try again, after `retryAfterMs` where given.
 */
export type ErrorCode =
  | 'BAD_USER_INPUT'
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'NOT_FOUND'
  | 'CONFLICT'
  | 'LIMIT_EXCEEDED'
  | 'RATE_LIMITED'
  | 'UNAVAILABLE';

type ErrorDetails = {
  /** Path of the argument at fault, as the caller wrote it: `input.messages.3.content`. */
  field?: string;
  retryAfterMs?: number;
  cause?: unknown;
};

/** The one error class: thrown where the fault is known, mapped once at the GraphQL edge. Its message is public. */
export class SkeinError extends Error {
  readonly code: ErrorCode;
  readonly field: string | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'SkeinError';
    this.code = code;
    this.field = details.field;
    this.retryAfterMs = details.retryAfterMs;
  }
}
