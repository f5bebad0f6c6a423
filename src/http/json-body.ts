import { parseChunked } from '@discoveryjs/json-ext';
import { errorCodes, type FastifyInstance, type FastifyRequest } from 'fastify';
import { buffer } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import { giveWay } from '../core/turns.ts';

/** A body of more bytes is parsed as it comes, piece by piece: four times the work, but nobody waits for it. */
const LARGE = 1_000_000;

/** What sets an object's prototype. Fastify's parser refuses it; the one of pieces would let it do so. */
const FORBIDDEN = '__proto__';

/**
 * Has bodies of JSON parsed as Fastify does, and large ones without holding up everybody else.
 * @param limit bytes that a body may have at most
 */
export function parseJsonBodies(app: FastifyInstance, limit: number): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser('application/json', async (request: FastifyRequest, payload: Readable) => {
    const length = Number(request.headers['content-length']);
    if (length > limit) throw new errorCodes.FST_ERR_CTP_BODY_TOO_LARGE();
    try {
      const body: unknown = await (length <= LARGE
        ? parseAtOnce(request, payload)
        : parseChunked(textsOf(payload, limit)));
      return body;
    } catch (error) {
      // What does not parse, and a client that went away: neither is a fault of the server.
      throw error instanceof Error && 'statusCode' in error ? error : unreadable(error);
    }
  });

  async function parseAtOnce(request: FastifyRequest, payload: Readable): Promise<unknown> {
    const body = (await buffer(payload)).toString();
    return new Promise((resolve, reject) => {
      void parse(request, body, (error, value: unknown) => {
        if (error === null) resolve(value);
        else reject(error);
      });
    });
  }
}

/** The texts of a stream of UTF-8. @throws when it is longer than the limit, or sets a prototype */
async function* textsOf(payload: Readable, limit: number): AsyncGenerator<string, void> {
  const decoder = new TextDecoder();
  let left = limit;
  let tail = '';
  for await (const piece of payload) {
    const chunk: unknown = piece;
    if (!(chunk instanceof Uint8Array)) throw new TypeError('A request gave something else than bytes.');
    left -= chunk.length;
    if (left < 0) throw new errorCodes.FST_ERR_CTP_BODY_TOO_LARGE();
    const text = decoder.decode(chunk, { stream: true });
    if ((tail + text).includes(FORBIDDEN)) throw unreadable(new Error('it sets a prototype'));
    tail = text.slice(1 - FORBIDDEN.length);
    await giveWay();
    yield text;
  }
  yield decoder.decode();
}

function unreadable(cause: unknown): Error {
  return Object.assign(new Error(cause instanceof Error ? cause.message : 'it broke off', { cause }), {
    statusCode: 400,
  });
}
