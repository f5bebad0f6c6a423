import { giveWay } from '../../core/turns.ts';
import type { Source } from '../chat.ts';

/** A sentence of a source that says something about the question. */
export type Extract = { readonly source: Source; readonly sentence: string };

const SENTENCES = new Intl.Segmenter(undefined, { granularity: 'sentence' });
const WORDS = new Intl.Segmenter(undefined, { granularity: 'word' });

/** Extracts at most: more than a screen of quotations answers nothing. */
const EXTRACTS = 3;
/** Longer ones are mostly lists and code without full stops. */
const SENTENCE_CHARACTERS = 400;
/** Shorter words carry little: most are articles, pronouns and prepositions. */
const WORD_CHARACTERS = 3;

/**
 * Picks the sentences of the sources that share most words with the question, best first. Questions are left out: they
 * share words with a question, and answer none. A word counts for more the fewer of the sentences have it (inverse
 * document frequency, Spärck Jones 1972), and a source that fits better raises its sentences.
 */
export async function extract(question: string, sources: readonly Source[]): Promise<Extract[]> {
  const asked = stems(question);
  const candidates: (Extract & { readonly words: ReadonlySet<string> })[] = [];
  for (const source of sources) {
    for (const sentence of sentences(source.content)) {
      await giveWay();
      candidates.push({ source, sentence, words: stems(sentence) });
    }
  }
  const rarity = new Map(
    [...asked].map((word) => {
      const having = candidates.filter(({ words }) => words.has(word)).length;
      return [word, having === 0 ? 0 : Math.log(1 + candidates.length / having)];
    }),
  );
  const scored = candidates
    .map((candidate) => {
      const shared = [...asked].filter((word) => candidate.words.has(word));
      const overlap = shared.reduce((sum, word) => sum + (rarity.get(word) ?? 0), 0);
      return { ...candidate, score: overlap * candidate.source.score };
    })
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score);
  const chosen: Extract[] = [];
  const seen = new Set<string>();
  for (const { source, sentence } of scored) {
    if (chosen.length === EXTRACTS) break;
    if (seen.has(sentence)) continue;
    seen.add(sentence);
    chosen.push({ source, sentence });
  }
  return chosen;
}

function sentences(text: string): string[] {
  return Array.from(SENTENCES.segment(text), ({ segment }) => segment.trim().replaceAll(/\s+/g, ' '))
    .filter((sentence) => sentence !== '' && !/[?？؟]["'”)]*$/u.test(sentence))
    .map((sentence) =>
      sentence.length <= SENTENCE_CHARACTERS
        ? sentence
        : `${sentence.slice(0, SENTENCE_CHARACTERS).replace(/\s+\S*$/, '')} …`,
    );
}

/** Words cut to five characters: a crude stem, the same for question and answer. */
function stems(text: string): Set<string> {
  const words = Array.from(WORDS.segment(text.toLowerCase()))
    .filter(
      ({ isWordLike, segment }) =>
        isWordLike === true && (segment.length >= WORD_CHARACTERS || /\P{ASCII}/u.test(segment)),
    )
    .map(({ segment }) => segment.slice(0, 5));
  return new Set(words);
}
