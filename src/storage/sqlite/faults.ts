import { SkeinError } from '../../core/errors.ts';

/** Result codes of SQLite (https://www.sqlite.org/rescode.html) that a caller can act on or that say what is wrong. */
const BUSY = 5;
const LOCKED = 6;
const OUT_OF_MEMORY = 7;
const READ_ONLY = 8;
const IO_ERROR = 10;
const CORRUPT = 11;
const FULL = 13;
const CANNOT_OPEN = 14;
const NOT_A_DATABASE = 26;

const REASONS: Readonly<Record<number, string>> = {
  [BUSY]: 'The data file is locked by another program; nothing was written.',
  [LOCKED]: 'The data file is locked by another program; nothing was written.',
  [OUT_OF_MEMORY]: 'There is not enough memory to answer; nothing was written.',
  [READ_ONLY]: 'The data file, or its folder, may not be written to; nothing was written.',
  [IO_ERROR]: 'The disk is full or faulty: the data file could not be read or written. Nothing was stored.',
  [CORRUPT]: 'The data file is damaged.',
  [FULL]: 'The disk is full: nothing was written. Make room, then repeat the call.',
  [CANNOT_OPEN]: 'The data file cannot be opened.',
  [NOT_A_DATABASE]: 'It is not a Skein file, nor any SQLite database.',
};

/** @returns the primary result code of an error that SQLite raised, or null for any other error */
function resultCode(error: unknown): number | null {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return null;
  return error.errcode & 0xff;
}

/**
 * The error as the port promises it: what SQLite itself cannot help is UNAVAILABLE, in words; a SkeinError stays; any
 * other is a fault of Skein's own and stays too.
 */
export function faultOf(error: unknown): Error {
  const code = resultCode(error);
  const reason = code === null ? undefined : REASONS[code];
  if (reason === undefined) return error instanceof Error ? error : new Error(String(error));
  return new SkeinError('UNAVAILABLE', reason, { cause: error, retryAfterMs: 1_000 });
}

/** Whether the error says that another connection holds the lock. */
export function isBusy(error: unknown): boolean {
  return resultCode(error) === BUSY;
}
