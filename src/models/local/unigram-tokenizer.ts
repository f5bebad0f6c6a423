import type { Vocabulary } from './use-weights.ts';

const SPACE = '▁';
const UNKNOWN = 0;

// The first six pieces are control symbols, which text never matches.
const RESERVED = 6;

/** Gives the ids of a text's pieces. */
export type Tokenizer = (text: string) => number[];

/**
 * Compatibility characters are unified, and spaces made visible, one before the first word. A run of white space counts
 * as one space, and none at the ends: so the model was trained (SentencePiece's `remove_extra_whitespaces`), and a line
 * break would else be an unknown character that hides that a word begins after it.
 */
function prepared(text: string): string {
  return SPACE + text.normalize('NFKC').trim().replace(/\s+/gu, SPACE);
}

/**
 * The vocabulary as a tree of UTF-16 units, flat: a node is a number, its child lies under `node × 2^16 + unit`.
 * One map of some 18,000 small integers takes a tenth of the memory of as many objects.
 */
function pieceTree(vocabulary: Vocabulary): { children: Map<number, number>; pieceAt: Map<number, number> } {
  const children = new Map<number, number>();
  const pieceAt = new Map<number, number>();
  for (const [id, [piece]] of vocabulary.entries()) {
    if (id < RESERVED) continue;
    let node = 0;
    for (let index = 0; index < piece.length; index++) {
      const key = node * 0x10000 + piece.charCodeAt(index);
      node = children.get(key) ?? children.size + 1;
      children.set(key, node);
    }
    pieceAt.set(node, id);
  }
  return { children, pieceAt };
}

/**
 * A SentencePiece unigram tokenizer (Kudo, 2018, https://arxiv.org/abs/1804.10959): of all ways to cut a text into
 * pieces, the one with the greatest sum of scores, found by Viterbi's algorithm in steps proportional to the length.
 *
 * It cuts as the published encoder's own tokenizer does, whose ways matter where scores tie or a character is unknown:
 * an unknown character scores 0, neighbouring ones share one id, and of equal sums the one with the shorter last piece
 * wins. A text without characters is one space.
 */
export function unigramTokenizer(vocabulary: Vocabulary): Tokenizer {
  const { children, pieceAt } = pieceTree(vocabulary);
  const scores = Float64Array.from(vocabulary, ([, score]) => score);

  return (text) => {
    const symbols = prepared(text);
    const length = symbols.length;
    // For each place in the text: the best sum that leads there, and the last piece's id and start on that way.
    const sums = new Float64Array(length + 1).fill(-Infinity);
    const ids = new Int32Array(length + 1);
    const starts = new Int32Array(length + 1);
    sums[0] = 0;

    const reach = (start: number, end: number, id: number, score: number): void => {
      const sum = (sums[start] ?? 0) + score;
      if (sum >= (sums[end] ?? 0)) {
        sums[end] = sum;
        ids[end] = id;
        starts[end] = start;
      }
    };

    for (let start = 0; start < length; start++) {
      let known = false;
      let node: number | undefined = 0;
      for (let end = start; end < length; end++) {
        node = children.get(node * 0x10000 + symbols.charCodeAt(end));
        if (node === undefined) break;
        const id = pieceAt.get(node);
        if (id === undefined) continue;
        known = true;
        reach(start, end + 1, id, scores[id] ?? 0);
      }
      if (!known) reach(start, start + 1, UNKNOWN, 0);
    }

    const pieces: number[] = [];
    for (let end = length; end > 0; end = starts[end] ?? 0) {
      const id = ids[end] ?? UNKNOWN;
      if (id !== UNKNOWN || pieces.at(-1) !== UNKNOWN) pieces.push(id);
    }
    return pieces.reverse();
  };
}
