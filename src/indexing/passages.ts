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
 * Cuts a text into passages, in order and one by one: whole sentences where they fit, else whole words. Together they
 * cover the text, but for white space around them.
 * @param longest characters of the longest passage, in UTF-16 code units
 */
export function* cutPassages(text: string, longest: number): Generator<Passage, void> {
  const least = Math.min(longest, Math.max(longest * LEAST_SHARE, text.length / PASSAGES));
  const textEnd = text.trimEnd().length;
  let last: Passage | null = null;
  for (const sentence of sentencesOf(text)) {
    // The end of a text is no passage of its own when it is short.
    const isShort = sentence.end - sentence.start < least && sentence.end >= textEnd;
    const isJoinable = last !== null && sentence.end - last.start <= longest;
    if (last !== null && isJoinable && (last.end - last.start < least || isShort)) {
      last = { start: last.start, end: sentence.end };
      continue;
    }
    for (const piece of cutAtWords(text, sentence, longest)) {
      if (last !== null) yield last;
      last = piece;
    }
  }
  if (last !== null) yield last;
}

function* sentencesOf(text: string): Generator<Passage, void> {
  let start = 0;
  for (const { 0: ending, index } of text.matchAll(SENTENCE_END)) {
    const sentence = trimmed(text, { start, end: index + ending.length });
    start = index + ending.length;
    if (sentence.end > sentence.start) yield sentence;
  }
  const rest = trimmed(text, { start, end: text.length });
  if (rest.end > rest.start) yield rest;
}

function trimmed(text: string, { start, end }: Passage): Passage {
  const part = text.slice(start, end);
  const from = start + part.length - part.trimStart().length;
  return { start: from, end: Math.max(from, start + part.trimEnd().length) };
}

/** Pieces of at most so many characters: cut at white space where there is any, never inside a surrogate pair. */
function* cutAtWords(text: string, { start, end }: Passage, longest: number): Generator<Passage, void> {
  let from = start;
  while (end - from > longest) {
    const space = text.slice(from, from + longest + 1).search(/\s\S*$/u);
    let cut = space > 0 ? from + space : from + longest;
    if (space <= 0 && isLowSurrogate(text, cut)) cut -= 1;
    const piece = trimmed(text, { start: from, end: cut });
    if (piece.end > piece.start) yield piece;
    from = trimmed(text, { start: cut, end }).start;
  }
  if (end > from) yield { start: from, end };
}

function isLowSurrogate(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit >= 0xdc00 && unit <= 0xdfff;
}
