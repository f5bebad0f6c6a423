import { readVocabulary } from '../src/models/local/use-weights.ts';
import { drawByWeight, randomFrom, zipf, type Random } from './random.ts';

/**
 * Conversations that behave like real ones where it matters to a store and a search: words come as often as they do in
 * English, with a long tail of rare names; a thread has a topic; some topics, and some people, come up far more often
 * than others. The same ones every time.
 */
export type Corpus = {
  /** Sentences that come up again and again, topic by topic: what messages are made around. */
  readonly phrases: readonly string[];
  /** The thread with this number. Threads do not depend on each other: any part can be made on its own. */
  thread(number: number): CorpusThread;
  /** What someone may type who looks for the phrases: three to six words of one, those of frequent topics more often. */
  queries(count: number): string[];
};

export type CorpusThread = {
  readonly title: string;
  readonly messages: readonly CorpusMessage[];
};

export type CorpusMessage = {
  readonly role: 'USER' | 'ASSISTANT';
  readonly content: string;
  /** Places, in the corpus' phrases, of the one that the message is about, and of one of the same topic. */
  readonly about: readonly [main: number, second: number];
};

const TOPICS = 500;
const PHRASES_A_TOPIC = 10;
const WORDS_A_TOPIC = 150;
const RARE_WORDS = 200_000;

/** Of 100 words of a sentence, so many are its topic's; the rest come as often as in English. */
const TOPICAL = 0.4;
const RARE = 0.015;

/** Ranks from here on tell something about a topic; before come "the", "you", "said". */
const FIRST_TELLING_WORD = 250;

/** Makes the corpus of a seed: about 45 words a message, 4 to 60 messages a thread. */
export async function makeCorpus(seed: number): Promise<Corpus> {
  const vocabulary = (await readVocabulary())
    .filter(([piece]) => /^▁[a-z]{2,}$/.test(piece))
    .map(([piece, logProbability]) => ({ word: piece.slice(1), weight: Math.exp(logProbability) }));
  const drawCommon = drawByWeight(vocabulary.map(({ weight }) => weight));
  const drawTopical = drawByWeight(zipf(WORDS_A_TOPIC));
  const drawRare = drawByWeight(zipf(RARE_WORDS));
  const drawTopic = drawByWeight(zipf(TOPICS).map(Math.sqrt));
  const wordAt = (rank: number): string => vocabulary[rank]?.word ?? '';
  const telling = vocabulary.length - FIRST_TELLING_WORD;

  /** A name: two words in one, always the same for its rank. */
  const rareWord = (rank: number): string => {
    const random = randomFrom(rank + 1);
    return wordAt(FIRST_TELLING_WORD + random.below(telling)) + wordAt(random.below(vocabulary.length));
  };

  const topics = Array.from({ length: TOPICS }, (_, topic) => {
    const random = randomFrom(seed * 1_000 + topic);
    return Array.from({ length: WORDS_A_TOPIC }, () => wordAt(FIRST_TELLING_WORD + random.below(telling)));
  });

  const sentence = (topic: number, length: number, random: Random): string => {
    const words = Array.from({ length }, () => {
      const kind = random.next();
      if (kind < RARE) return rareWord(drawRare(random));
      return kind < RARE + TOPICAL ? (topics[topic]?.[drawTopical(random)] ?? '') : wordAt(drawCommon(random));
    });
    const text = words.join(' ');
    return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
  };

  const phrases = topics.flatMap((_, topic) => {
    const random = randomFrom(seed * 2_000 + topic);
    return Array.from({ length: PHRASES_A_TOPIC }, () => sentence(topic, 8 + random.below(6), random));
  });

  const message = (topic: number, place: number, random: Random): CorpusMessage => {
    const main = topic * PHRASES_A_TOPIC + random.below(PHRASES_A_TOPIC);
    const second = topic * PHRASES_A_TOPIC + random.below(PHRASES_A_TOPIC);
    const asks = place % 2 === 0;
    const sentences = Array.from({ length: asks ? random.below(2) : 2 + random.below(5) }, () =>
      sentence(topic, 6 + random.below(12), random),
    );
    return {
      role: asks ? 'USER' : 'ASSISTANT',
      content: [phrases[main], ...sentences].join(' '),
      about: [main, second],
    };
  };

  return {
    phrases,
    thread(number) {
      const random = randomFrom(seed * 1_000_003 + number);
      const topic = drawTopic(random);
      const length = 4 + Math.floor(57 * random.next() ** 2);
      return {
        title: sentence(topic, 4, random),
        messages: Array.from({ length }, (_, place) => message(topic, place, random)),
      };
    },
    queries(count) {
      const random = randomFrom(seed + 77);
      return Array.from({ length: count }, () => {
        const place = drawTopic(random) * PHRASES_A_TOPIC + random.below(PHRASES_A_TOPIC);
        const words = (phrases[place] ?? '').toLowerCase().replace('.', '').split(' ');
        const length = 3 + random.below(4);
        const from = random.below(words.length - length + 1);
        return words.slice(from, from + length).join(' ');
      });
    },
  };
}

/** The first messages of a corpus, as if they were one conversation. */
export function someMessages(corpus: Corpus, count: number): CorpusMessage[] {
  const messages: CorpusMessage[] = [];
  for (let number = 0; messages.length < count; number += 1) messages.push(...corpus.thread(number).messages);
  return messages.slice(0, count);
}
