import { z } from 'zod';
import { ModelFailure } from './chat.ts';

/** The settings that an operator can change, by name; failures tell which one to look at. */
export type SettingNames = { readonly endpoint: string; readonly key: string; readonly model: string };

/** What a model server answered instead of what it was asked for. */
export type Refusal = {
  /** Of HTTP; null for an error that came inside a stream. */
  readonly status: number | null;
  /** The `error` of the body, or the body. */
  readonly error: unknown;
  readonly retryAfterMs: number | undefined;
};

const word = z.union([z.string(), z.number()]).transform(String).nullish().catch(null);

const errorBody = z.object({
  code: word,
  type: word,
  param: word,
  message: word,
  innererror: z.object({ code: word }).nullish().catch(null),
});

const FILTERED = /content_?filter|content_?policy|responsibleaipolicy|moderation_blocked|content_safety/i;

// There is no code that all servers share: OpenAI's embeddings, vLLM, Ollama, TEI and LiteLLM tell it in the sentence.
const TOO_LONG =
  /context_length_exceeded|string_above_max_length|max_tokens_per_request|maximum context length|context (length|window|size)|(input|prompt|text|inputs).{0,40} (too long|too large|must have less than)|too many (input )?tokens/i;

/** A quota that is used up does not come back by waiting some seconds. */
const QUOTA = /insufficient_quota|billing/i;

/**
 * What a refusal means to a caller. The message is ours: a server's own may repeat parts of a key, addresses or the
 * prompt.
 */
export function failureOfRefusal({ status, error, retryAfterMs }: Refusal, settings: SettingNames): ModelFailure {
  const { code, type, param, message, innererror } = parseError(error);
  const codes = [code, type, innererror?.code].filter((text) => text !== null && text !== undefined).join(' ');
  if (FILTERED.test(codes)) return filtered();
  const tooLong = TOO_LONG.test(codes) || TOO_LONG.test(message ?? '');
  if (status === 413 || (tooLong && (status === null || status < 500) && status !== 429)) return tooLongFailure();

  const kind = status ?? statusOfCode(codes);
  if (kind === 429) return rateLimited(QUOTA.test(codes), retryAfterMs);
  if (kind === 408) {
    return new ModelFailure('TIMEOUT', 'The model’s server gave up waiting (408).', { retryable: true, retryAfterMs });
  }
  if (kind === 409 || kind >= 500) {
    const told = status === null ? 'an error in its stream' : String(status);
    return new ModelFailure('UNAVAILABLE', `The model’s server failed (${told}).`, { retryable: true, retryAfterMs });
  }
  return new ModelFailure('REJECTED', rejection(kind, identifiers({ code, param }), settings), { retryable: false });
}

/** The connection failed, before or in the middle of an answer. Of the error only the system's code is told. */
export function failureOfConnection(error: unknown, settings: SettingNames): ModelFailure {
  const code = systemCode(error);
  const told = code === null ? '' : ` (${code})`;
  if (code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT' || code === 'ETIMEDOUT') {
    return new ModelFailure('TIMEOUT', `The model’s server did not answer in time${told}.`, { retryable: true });
  }
  const message =
    code === 'ECONNREFUSED' || code === 'ENOTFOUND' || code === 'EAI_AGAIN'
      ? `The model’s server cannot be reached${told}: check ${settings.endpoint}.`
      : `The connection to the model’s server broke${told}.`;
  return new ModelFailure('UNAVAILABLE', message, { retryable: true });
}

/** The server sent what its protocol does not have. */
export function malformed(what: string, cause?: unknown): ModelFailure {
  return new ModelFailure('UNAVAILABLE', `The model’s server sent ${what}.`, { retryable: true, cause });
}

/** The model, or a filter before or after it, would not say it. */
export function filtered(): ModelFailure {
  return new ModelFailure('CONTENT_FILTERED', 'The model’s content filter refused this conversation or its reply.', {
    retryable: false,
  });
}

/**
 * How long a server asks to wait, from `retry-after-ms` or `retry-after` (seconds or a date).
 * @param header reads one header
 */
export function retryAfterOf(header: (name: string) => string | null | undefined): number | undefined {
  const ms = Number.parseFloat(header('retry-after-ms') ?? '');
  if (ms >= 0) return ms;
  const text = header('retry-after') ?? '';
  const seconds = /^\s*\d+(\.\d+)?\s*$/.test(text) ? Number.parseFloat(text) : (Date.parse(text) - Date.now()) / 1000;
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds * 1000);
}

function parseError(error: unknown): z.infer<typeof errorBody> {
  const nested = z.object({ error: z.unknown() }).safeParse(error);
  const inner = nested.success && nested.data.error !== undefined ? nested.data.error : error;
  const parsed = errorBody.safeParse(inner);
  if (parsed.success) return parsed.data;
  return { code: null, type: null, param: null, message: typeof inner === 'string' ? inner : null, innererror: null };
}

/** An error inside a stream has no status: the code stands in for it. */
function statusOfCode(codes: string): number {
  if (/rate_?limit|too_?many_?requests|quota|\b429\b/i.test(codes)) return 429;
  if (/invalid_request|not_found|authentication|permission|\b40[0134]\b/i.test(codes)) return 400;
  return 500;
}

function tooLongFailure(): ModelFailure {
  return new ModelFailure('CONTEXT_TOO_LONG', 'This is longer than the model can take at once.', { retryable: false });
}

function rateLimited(quota: boolean, retryAfterMs: number | undefined): ModelFailure {
  if (quota) {
    return new ModelFailure('RATE_LIMITED', 'The quota at the model’s provider is used up.', { retryable: false });
  }
  const when = retryAfterMs === undefined ? 'later' : `in ${String(Math.max(1, Math.ceil(retryAfterMs / 1000)))} s`;
  return new ModelFailure('RATE_LIMITED', `The model’s server has too many requests; try again ${when}.`, {
    retryable: true,
    retryAfterMs,
  });
}

function rejection(status: number, details: string, settings: SettingNames): string {
  switch (status) {
    case 401:
      return `The model’s server does not accept the credentials (401): check ${settings.key}, or the Azure sign-in.`;
    case 403:
      return `The credentials may not use this model (403): check what the key of ${settings.key}, or the signed-in identity, is allowed.`;
    case 404:
      return `The model’s server does not know this model or address (404): check ${settings.model} and ${settings.endpoint}.`;
    default:
      return `The model’s server rejected the request (${String(status)}${details}): check that ${settings.model} fits what is asked of it.`;
  }
}

/** Codes and parameter names are safe to show; whatever looks like a sentence or a value is not. */
function identifiers({ code, param }: { code: string | null | undefined; param: string | null | undefined }): string {
  const safe = (text: string | null | undefined) =>
    text !== null && text !== undefined && /^[a-zA-Z][\w.[\]]{0,63}$/.test(text) && !/^sk[_-]/i.test(text);
  return [safe(code) ? `, ${String(code)}` : '', safe(param) ? `, parameter ${String(param)}` : ''].join('');
}

function systemCode(error: unknown): string | null {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    if ('code' in at && typeof at.code === 'string' && /^[A-Z][A-Z0-9_]{2,40}$/.test(at.code)) return at.code;
  }
  return null;
}
