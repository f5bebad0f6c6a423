import type { Passage } from '../storage/indexed.ts';

/**
 * A passage has at least this share of what the embedder takes whole. Short sentences join the next ones: measured with
 * the local embedder (400 characters), units of 50 find as well as single sentences with two thirds of the vectors, and
 * 11 points of recall at 10 by meaning better than whole messages.
 */
const LEAST_SHARE = 1 / 8;

/** A long message has passages of more sentences, so that there are not many more than this before they are full. */
const PASSAGES = 64;

const SENTENCE_END = /[.!?…]+["'”’)\]]*\s+|[。！？]+|\n+/g;

/**
 * Cuts a text into passages, in order: whole sentences where they fit, else whole words. Together they cover the text,
 * but for white space around them.
 * @param longest characters of the longest passage, in UTF-16 code units
 */
export function cutPassages(text: string, longest: number): Passage[] {
  const least = Math.min(longest, Math.max(longest * LEAST_SHARE, text.length / PASSAGES));
  const passages: Passage[] = [];
  for (const sentence of sentencesOf(text)) {
    const last = passages.at(-1);
    const joinable = last !== undefined && sentence.end - last.start <= longest;
    // The end of a text is no passage of its own when it is short.
    const isShort = sentence.end - sentence.start < least && sentence.end >= text.trimEnd().length;
    if (joinable && (last.end - last.start < least || isShort)) {
      passages[passages.length - 1] = { start: last.start, end: sentence.end };
    } else {
      passages.push(...cutAtWords(text, sentence, longest));
    }
  }
  return passages;
}

function sentencesOf(text: string): Passage[] {
  const sentences: Passage[] = [];
  let start = 0;
  for (const { 0: ending, index } of text.matchAll(SENTENCE_END)) {
    sentences.push({ start, end: index + ending.length });
    start = index + ending.length;
  }
  sentences.push({ start, end: text.length });
  return sentences.map((sentence) => trimmed(text, sentence)).filter(({ start: from, end }) => end > from);
}

function trimmed(text: string, { start, end }: Passage): Passage {
  const part = text.slice(start, end);
  const from = start + part.length - part.trimStart().length;
  return { start: from, end: Math.max(from, start + part.trimEnd().length) };
}

/** Pieces of at most so many characters: cut at white space where there is any, never inside a surrogate pair. */
function cutAtWords(text: string, { start, end }: Passage, longest: number): Passage[] {
  const pieces: Passage[] = [];
  let from = start;
  while (end - from > longest) {
    const space = text.slice(from, from + longest + 1).search(/\s\S*$/u);
    let cut = space > 0 ? from + space : from + longest;
    if (space <= 0 && isLowSurrogate(text, cut)) cut -= 1;
    pieces.push(trimmed(text, { start: from, end: cut }));
    from = trimmed(text, { start: cut, end }).start;
  }
  pieces.push({ start: from, end });
  return pieces.filter((piece) => piece.end > piece.start);
}

function isLowSurrogate(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit >= 0xdc00 && unit <= 0xdfff;
}
