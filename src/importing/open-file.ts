import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { SkeinError } from '../core/errors.ts';
import type { OpenFile } from './source.ts';

const CHUNK_BYTES = 256 * 1024;

/**
 * Opens a file for import.
 *
 * @throws SkeinError BAD_USER_INPUT when it cannot be read or is not a plain file
 */
export function openForImport(file: string): OpenFile & { close(): void } {
  const descriptor = openOrExplain(file);
  const stat = fstatSync(descriptor);
  if (!stat.isFile()) {
    closeSync(descriptor);
    const advice = stat.isDirectory()
      ? `${file} is a folder. Give a file in it, such as ${join(file, 'conversations.json')}.`
      : `${basename(file)} is not a plain file. Parts of it are read twice: save it to disk first.`;
    throw new SkeinError('BAD_USER_INPUT', advice);
  }
  let scratch = Buffer.allocUnsafe(CHUNK_BYTES);
  return {
    size: stat.size,
    async *chunks(reached) {
      // Its own handle: reading has its own position, and it is released when the caller stops early.
      const handle = await open(file);
      try {
        const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
        for (let position = 0; ;) {
          const { bytesRead } = await handle.read(buffer, 0, CHUNK_BYTES, position);
          if (bytesRead === 0) return;
          position += bytesRead;
          yield buffer.subarray(0, bytesRead);
          reached?.(position);
        }
      } finally {
        await handle.close();
      }
    },
    read(offset, length) {
      if (scratch.length < length) scratch = Buffer.allocUnsafe(length);
      return scratch.subarray(0, readSync(descriptor, scratch, 0, length, offset));
    },
    close() {
      closeSync(descriptor);
    },
  };
}

function openOrExplain(file: string): number {
  try {
    return openSync(file, 'r');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const reason = code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`;
    throw new SkeinError('BAD_USER_INPUT', `${file} ${reason}.`, { cause: error });
  }
}
