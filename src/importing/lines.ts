import { isUtf8 } from 'node:buffer';

/** A line of a file. `line` counts from 1; `offset` and `length` are bytes, the line's end not counted. */
export type Line = { readonly line: number; readonly offset: number; readonly length: number } & (
  { readonly kind: 'text'; readonly text: string } | { readonly kind: 'bad'; readonly reason: string }
);

/**
 * A message has at most 1 MB, and JSON may spell a byte with six (`\u0007`): 8 MB holds every record that can be valid,
 * and a file without line ends is refused before it fills the memory.
 */
const LINE_BYTES = 8 * 1024 * 1024;

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * The lines of a file, blank ones left out, holding one line and one chunk at a time.
 *
 * @param chunks the file's bytes in order, cut anywhere; one need not hold longer than until the next
 */
export async function* readLines(chunks: AsyncIterable<Buffer>, limit: number = LINE_BYTES): AsyncGenerator<Line> {
  let line = 1;
  let offset = 0;
  let length = 0;
  let kept: Buffer[] = [];
  const keep = (piece: Buffer): void => {
    length += piece.length;
    if (length <= limit) kept.push(piece);
    else kept = [];
  };
  const take = (): Line | null => {
    const bytes = kept.length === 1 && kept[0] !== undefined ? kept[0] : Buffer.concat(kept);
    const found = toLine(bytes, { line, offset, length }, limit);
    kept = [];
    return found;
  };
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      keep(chunk.subarray(start, end));
      const found = take();
      if (found !== null) yield found;
      line += 1;
      offset += length + 1;
      length = 0;
      start = end + 1;
    }
    if (start < chunk.length) keep(Buffer.from(chunk.subarray(start)));
  }
  if (length > 0) {
    const found = take();
    if (found !== null) yield found;
  }
}

function toLine(bytes: Buffer, at: { line: number; offset: number; length: number }, limit: number): Line | null {
  if (at.length > limit) {
    return {
      kind: 'bad',
      ...at,
      reason: `has ${megabytes(at.length)} MB; a line may have at most ${megabytes(limit)} MB`,
    };
  }
  const mark = at.line === 1 && bytes.subarray(0, 3).equals(MARK) ? 3 : 0;
  const end = bytes.at(-1) === RETURN ? bytes.length - 1 : bytes.length;
  const trimmed = bytes.subarray(mark, end);
  const place = { line: at.line, offset: at.offset + mark, length: trimmed.length };
  if (!isUtf8(trimmed)) return { kind: 'bad', ...place, reason: 'is not UTF-8 text' };
  const text = trimmed.toString('utf8');
  return text.trim() === '' ? null : { kind: 'text', ...place, text };
}

/** Bytes as MB, one decimal where it says something. */
export function megabytes(bytes: number): string {
  return String(Math.round((bytes / 1_048_576) * 10) / 10);
}
