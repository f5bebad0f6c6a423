import type { Embedder } from '../../src/models/embedder.ts';
import { aModel, vectorOf } from '../storage/contract/searching.ts';

/** An embedder that knows letters, not words, notes what it is asked, and may be told to fail by throwing. */
export function aLetterEmbedder(
  refuse: (texts: readonly string[]) => void = () => undefined,
): Embedder & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    ...aModel(),
    passageCharacters: 40,
    rankingWeight: 0.5,
    embed(texts, options) {
      return new Promise((resolve) => {
        options?.signal?.throwIfAborted();
        refuse(texts);
        asked.push(...texts);
        resolve(texts.map(vectorOf));
      });
    },
    close: () => Promise.resolve(),
  };
}
