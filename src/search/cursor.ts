import { z } from 'zod';
import { SkeinError } from '../core/errors.ts';

/**
 * A place in a ranked list: the list it was given from, and, should that be forgotten by then, the score and key of the
 * item, after which a new list goes on.
 */
export type HitPosition = { readonly list: string; readonly score: number; readonly key: string };

const schema = z.tuple([z.literal('h'), z.string(), z.number(), z.string()]);

export function encodeCursor({ list, score, key }: HitPosition): string {
  return Buffer.from(JSON.stringify(['h', list, score, key])).toString('base64url');
}

/** @throws SkeinError BAD_USER_INPUT, field `after`, when it is not a cursor of a search */
export function decodeCursor(cursor: string): HitPosition {
  const parsed = schema.safeParse(parsedJson(cursor));
  if (!parsed.success) {
    throw new SkeinError('BAD_USER_INPUT', '`after` is not a cursor of a search.', { field: 'after' });
  }
  const [, list, score, key] = parsed.data;
  return { list, score, key };
}

function parsedJson(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return null;
  }
}
