import type { FastifyInstance } from 'fastify';
import { Readable } from 'node:stream';
import { giveWay, LONG_TEXT } from '../core/turns.ts';

const PIECE = 65_536;

/** Has long answers encoded and sent without holding up everybody else. To be called before compression is registered. */
export function sendLongAnswersInTurns(app: FastifyInstance): void {
  app.addHook('onSend', (_, __, payload, done) => {
    done(null, typeof payload === 'string' && payload.length > LONG_TEXT ? Readable.from(piecesOf(payload)) : payload);
  });
}

async function* piecesOf(text: string): AsyncGenerator<Buffer, void> {
  let at = 0;
  while (at < text.length) {
    await giveWay();
    const end = at + PIECE;
    // Between the halves of a character each would be encoded as none.
    const next = isFirstHalf(text.charCodeAt(end - 1)) ? end + 1 : end;
    yield Buffer.from(text.slice(at, next));
    at = next;
  }
}

function isFirstHalf(code: number): boolean {
  return code >= 0xd800 && code < 0xdc00;
}
