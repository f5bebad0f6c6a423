import type { Scope } from '../core/identity.ts';
import type { Message } from '../core/thread.ts';
import type { Call, MessageStore } from '../storage/store.ts';
import type { Folded } from './duplicates.ts';
import { highlight } from './highlights.ts';
import type { MatchKind, MessageHit, Shown } from './hits.ts';

/**
 * The hits of some places of a list, in their order; null for one that was deleted since the list was made. Where one of
 * several with the same text was, the next of them stands in.
 * @param words the query's, folded, as they were understood
 */
export async function loadHits(
  messages: Pick<MessageStore, 'get'>,
  scope: Scope,
  places: readonly Folded[],
  words: readonly string[],
  call: Call,
): Promise<(MessageHit | null)[]> {
  if (places.length === 0) return [];
  const keys = places.map(({ key }) => key);
  const found = await messages.get(scope, keys, call);
  const hits = places.map((place, at) => hitOf(place, found[at] ?? null, words));
  const orphans = places.filter((place, at) => hits[at] === null && place.duplicates.length > 0);
  if (orphans.length === 0) return hits;
  const next = orphans.flatMap((place): Folded[] => {
    const [key, ...duplicates] = place.duplicates;
    return key === undefined ? [] : [{ ...place, key, duplicates, passage: null }];
  });
  const stands = await loadHits(messages, scope, next, words, call);
  return hits.map((hit, at) => {
    const place = places[at];
    return hit ?? (place === undefined ? null : (stands[orphans.indexOf(place)] ?? null));
  });
}

function hitOf(
  { score, keywordScore, meaningScore, passage, duplicates, fingerprint }: Folded,
  message: Message | null,
  words: readonly string[],
): MessageHit | null {
  if (message === null) return null;
  const byWords = keywordScore !== null && keywordScore > 0;
  const byMeaning = meaningScore !== null && meaningScore > 0;
  const matchedBy: MatchKind[] = [
    ...(byWords ? (['KEYWORD'] as const) : []),
    ...(byMeaning ? (['MEANING'] as const) : []),
  ];
  let shown: Promise<Shown> | undefined;
  return {
    message,
    score,
    matchedBy,
    keywordScore: byWords ? keywordScore : null,
    meaningScore: byMeaning ? meaningScore : null,
    duplicates,
    fingerprint,
    shown: () => (shown ??= highlight(message.content, words, passage)),
  };
}
