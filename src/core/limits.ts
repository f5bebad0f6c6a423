import { SkeinError } from './errors.ts';
import type { Metadata } from './thread.ts';

/** The documented limits; the contract's descriptions repeat them. */
export const LIMITS = {
  /** UTF-8 bytes of a message's content; tool calls count with it. */
  contentBytes: 1_048_576,
  metadataPairs: 16,
  metadataKeyCharacters: 64,
  metadataValueCharacters: 512,
  pageSize: 100,
  appendBatch: 100,
  titleCharacters: 512,
  nameCharacters: 256,
  instructionsBytes: 65_536,
  queryCharacters: 1_000,
  idempotencyKeyCharacters: 256,
  toolCalls: 64,
  toolDescriptionCharacters: 4_096,
  filterValues: 100,
  nodes: 100,
} as const;

/** @throws SkeinError LIMIT_EXCEEDED when the text has more UTF-8 bytes than allowed */
export function requireBytes(text: string, limit: number, field: string): void {
  const bytes = Buffer.byteLength(text);
  if (bytes > limit) {
    throw new SkeinError(
      'LIMIT_EXCEEDED',
      `${field} may have at most ${String(limit)} bytes of UTF-8, not ${String(bytes)}.`,
      {
        field,
      },
    );
  }
}

/** Counts characters as Unicode code points. @throws SkeinError LIMIT_EXCEEDED when there are more than allowed */
export function requireCharacters(text: string, limit: number, field: string): void {
  if (text.length <= limit) return;
  const characters = Array.from(text).length;
  if (characters > limit) {
    throw new SkeinError(
      'LIMIT_EXCEEDED',
      `${field} may have at most ${String(limit)} characters, not ${String(characters)}.`,
      { field },
    );
  }
}

/** @throws SkeinError LIMIT_EXCEEDED when there are more items than allowed */
export function requireCount(count: number, limit: number, field: string): void {
  if (count > limit) {
    throw new SkeinError('LIMIT_EXCEEDED', `${field} may have at most ${String(limit)} items, not ${String(count)}.`, {
      field,
    });
  }
}

/** @throws SkeinError LIMIT_EXCEEDED beyond 16 pairs, keys of 64 or values of 512 characters */
export function requireMetadata(metadata: Metadata, field: string): void {
  const pairs = Object.entries(metadata);
  if (pairs.length > LIMITS.metadataPairs) {
    throw new SkeinError(
      'LIMIT_EXCEEDED',
      `${field} may have at most ${String(LIMITS.metadataPairs)} pairs, not ${String(pairs.length)}.`,
      { field },
    );
  }
  for (const [key, value] of pairs) {
    if (key === '') throw new SkeinError('BAD_USER_INPUT', `${field} has an empty key.`, { field });
    requireCharacters(key, LIMITS.metadataKeyCharacters, `A key of ${field}`);
    requireCharacters(value, LIMITS.metadataValueCharacters, `${field}.${key}`);
  }
}
