import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Principal } from './exchange.ts';
import { CosmosFailure } from './failures.ts';

// Published: a date further off than 15 minutes is refused.
const CLOCK_SKEW_MS = 15 * 60_000;

/** What the signature of a request is made of. */
export type SignedRequest = {
  readonly method: string;
  readonly segments: readonly string[];
  readonly date: string | undefined;
  readonly authorization: string | undefined;
};

/**
 * Checks who signed a request, by the account key (HMAC-SHA256 over verb, resource type, resource link and date) or
 * by a known Entra token; 401 or 403 as the service answers.
 */
export function authenticate(request: SignedRequest, key: string, entraTokens: readonly string[]): Principal {
  const { authorization, date } = request;
  if (authorization === undefined) {
    throw new CosmosFailure(
      401,
      "Required Header 'authorization' is missing. Ensure a valid Authorization token is passed.",
    );
  }
  const fields = new URLSearchParams(decodeURIComponent(authorization).replaceAll('+', '%2B'));
  if (fields.get('type') === 'aad') {
    if (entraTokens.includes(fields.get('sig') ?? '')) return 'entra';
    throw unauthorized();
  }
  if (fields.get('type') !== 'master' || date === undefined) throw unauthorized();
  const expected = sign(request.method, request.segments, date, key);
  const given = Buffer.from(fields.get('sig') ?? '', 'base64');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw unauthorized();
  // The signature's age is measured with the machine's clock: the SDK knows no other.
  if (!(Math.abs(Date.now() - Date.parse(date)) <= CLOCK_SKEW_MS)) {
    throw new CosmosFailure(403, `The authorization token is not valid at the current time. Token date: ${date}.`);
  }
  return 'key';
}

function sign(method: string, segments: readonly string[], date: string, key: string): Buffer {
  // A link of an even number of names is a resource; of an odd number, a feed, signed with its owner's link.
  const isFeed = segments.length % 2 === 1;
  const type = (isFeed ? segments.at(-1) : segments.at(-2)) ?? '';
  const link = (isFeed ? segments.slice(0, -1) : segments).join('/');
  const text = `${method.toLowerCase()}\n${type.toLowerCase()}\n${link}\n${date.toLowerCase()}\n\n`;
  return createHmac('sha256', Buffer.from(key, 'base64')).update(text, 'utf8').digest();
}

function unauthorized(): CosmosFailure {
  return new CosmosFailure(
    401,
    "The input authorization token can't serve the request. Please check that the expected payload is built as per the protocol, and check the key being used.",
  );
}
