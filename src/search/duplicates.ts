import type { MessageKey } from '../core/ids.ts';
import type { Ranked } from './ranking.ts';

/** A message that stands for itself and for those with the same text. */
export type Folded = Ranked & { readonly duplicates: readonly MessageKey[] };

/**
 * Folds messages with the same text into the best of them. Done anew for each page of a remembered list: the same list
 * folds the same way.
 * @param ranked the best first; of equal ones, the earliest
 */
export function foldDuplicates(ranked: readonly Ranked[]): Folded[] {
  const folded: (Ranked & { readonly duplicates: MessageKey[] })[] = [];
  const byText = new Map<string, MessageKey[]>();
  for (const one of ranked) {
    const duplicates = one.fingerprint === null ? undefined : byText.get(one.fingerprint);
    if (duplicates !== undefined) {
      duplicates.push(one.key);
      continue;
    }
    const first = { ...one, duplicates: [] };
    folded.push(first);
    if (one.fingerprint !== null) byText.set(one.fingerprint, first.duplicates);
  }
  return folded;
}
