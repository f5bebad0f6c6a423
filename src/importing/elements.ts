import { isUtf8 } from 'node:buffer';
import { jsonFault } from './describe-issue.ts';
import { megabytes } from './lines.ts';

/** One value of a JSON array (or of a sequence of values). `index` and `line` count from 1; `offset` is in bytes. */
export type Element = { readonly index: number; readonly line: number; readonly offset: number } & (
  | { readonly kind: 'value'; readonly value: unknown; readonly bytes: number }
  | { readonly kind: 'bad'; readonly reason: string }
);

/**
 * Conversations have kilobytes, rarely a few MB. Text and value of one are in memory together, each with up to two
 * bytes a character: a longer one would take more memory than an import may.
 */
const ELEMENT_BYTES = 16 * 1024 * 1024;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const NEWLINE = 0x0a;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

type Options = {
  /** `array`: the values of one array; `sequence`: objects after each other, nothing or white space between. */
  readonly shape: 'array' | 'sequence';
  readonly limit?: number;
};

/**
 * Reads a JSON array value by value, holding one at a time. To find where a value ends it looks at quotes and brackets
 * only, and `JSON.parse` does the rest: so a value that is not JSON, or is too long to hold, costs that value alone and
 * the next one is read. (Streaming parsers end at the first syntax error, and hold a string to skip it.)
 *
 * @param chunks the file's bytes in order, cut anywhere; one need not hold longer than until the next
 */
export async function* readElements(chunks: AsyncIterable<Buffer>, options: Options): AsyncGenerator<Element> {
  const limit = options.limit ?? ELEMENT_BYTES;
  // Depth at which the values themselves stand.
  const ground = options.shape === 'array' ? 1 : 0;
  let depth = 0;
  let inString = false;
  let escaped = false;
  let line = 1;
  let position = 0;
  let index = 0;
  let start: { line: number; offset: number } | null = null;
  let kept: Buffer[] = [];
  let length = 0;

  const keep = (piece: Buffer): void => {
    length += piece.length;
    if (length <= limit) kept.push(piece);
    else kept = [];
  };
  const take = (): Element | null => {
    if (start === null) return null;
    index += 1;
    const at = { index, ...start };
    const pieces = kept;
    const size = length;
    start = null;
    kept = [];
    length = 0;
    return toElement(pieces, size, at, limit);
  };

  for await (const chunk of chunks) {
    let from = 0;
    for (let i = 0; i < chunk.length; i += 1) {
      const byte = chunk[i];
      if (byte === NEWLINE) line += 1;
      if (inString) {
        if (escaped) escaped = false;
        else if (byte === BACKSLASH) escaped = true;
        else if (byte === QUOTE) inString = false;
        continue;
      }
      if (depth === 0 && ground === 1) {
        // Before the array (a byte order mark, white space) and after it.
        if (byte === OPEN_ARRAY) depth = 1;
        continue;
      }
      const ends = depth === ground && (byte === COMMA || (ground === 1 && byte === CLOSE_ARRAY));
      if (ends) {
        if (start !== null) keep(chunk.subarray(from, i));
        const found = take();
        if (found !== null) yield found;
        if (byte === CLOSE_ARRAY) depth = 0;
        continue;
      }
      if (start === null) {
        if (byte === undefined || byte <= 0x20 || (ground === 0 && byte !== OPEN_OBJECT)) continue;
        start = { line, offset: position + i };
        from = i;
      }
      if (byte === QUOTE) inString = true;
      else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) depth += 1;
      else if ((byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) && depth > ground) {
        depth -= 1;
        if (depth === 0 && ground === 0) {
          keep(chunk.subarray(from, i + 1));
          const found = take();
          if (found !== null) yield found;
        }
      }
    }
    if (start !== null) keep(Buffer.from(chunk.subarray(from)));
    position += chunk.length;
  }
  if (start !== null && depth === ground && !inString) {
    const found = take();
    if (found !== null) yield found;
  }
  if (start !== null) {
    const reason = 'does not end: the file is cut short, or a bracket or quote is missing in it';
    yield { kind: 'bad', index: index + 1, ...start, reason };
  } else if (ground === 1 && depth === 1) {
    yield { kind: 'bad', index: index + 1, line, offset: position, reason: 'is missing: the file is cut short' };
  }
}

function toElement(
  pieces: Buffer[],
  length: number,
  at: { index: number; line: number; offset: number },
  limit: number,
): Element {
  if (length > limit) {
    const reason = `has ${megabytes(length)} MB; one conversation may have at most ${megabytes(limit)} MB`;
    return { kind: 'bad', ...at, reason };
  }
  const bytes = Buffer.concat(pieces);
  // Of a long value, each copy counts.
  pieces.length = 0;
  if (!isUtf8(bytes)) return { kind: 'bad', ...at, reason: 'is not UTF-8 text' };
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return { kind: 'value', ...at, value, bytes: length };
  } catch (error) {
    return { kind: 'bad', ...at, reason: `is not JSON: ${jsonFault(error)}` };
  }
}
