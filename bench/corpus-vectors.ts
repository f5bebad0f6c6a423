import type { Embedder } from '../src/models/embedder.ts';
import type { Corpus, CorpusMessage } from './corpus.ts';
import { randomFrom, type Random } from './random.ts';

/**
 * Vectors for the passages of a corpus' messages, a thousand times faster than by embedding each: those of its phrases
 * are embedded, and a passage lies near its phrase, at about the distance that a paraphrase has, or among its topic's.
 * So they are as crowded and as uneven as the embedder's own, and a query that is embedded falls among them. (Uniform
 * noise would not be: there everything is as far from everything, and recall means nothing.)
 */
export type PassageVectors = (message: CorpusMessage, passages: number, random: Random) => Float32Array[];

const NOISES = 1_000;

/** Embeds the phrases; the rest is arithmetic. */
export async function passageVectors({ phrases }: Corpus, embedder: Embedder): Promise<PassageVectors> {
  const known = await embedder.embed(phrases);
  const { dimensions } = embedder;
  const source = randomFrom(11);
  const noises = Array.from({ length: NOISES }, () =>
    Float32Array.from({ length: dimensions }, () => source.normal() / Math.sqrt(dimensions)),
  );
  const nothing = new Float32Array(dimensions);
  const phrase = (place: number): Float32Array => known[place] ?? nothing;
  const anyPhrase = (random: Random): Float32Array => phrase(random.below(phrases.length));
  const noise = (random: Random): Float32Array => noises[random.below(NOISES)] ?? nothing;

  return ({ about: [main, second] }, passages, random) =>
    Array.from({ length: passages }, (_, part) =>
      part === 0
        ? unitSum([1, phrase(main)], [0.3, anyPhrase(random)], [0.2, noise(random)])
        : unitSum([0.6, phrase(second)], [0.3, phrase(main)], [0.6, anyPhrase(random)], [0.3, noise(random)]),
    );
}

function unitSum(...parts: readonly (readonly [weight: number, vector: Float32Array])[]): Float32Array {
  const sum = new Float32Array(parts[0]?.[1].length ?? 0);
  for (const [weight, vector] of parts) {
    for (let at = 0; at < sum.length; at += 1) sum[at] = (sum[at] ?? 0) + weight * (vector[at] ?? 0);
  }
  const length = Math.hypot(...sum);
  return sum.map((component) => component / length);
}
