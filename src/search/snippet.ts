import type { Passage } from '../storage/indexed.ts';

const CUT = '…';

/** How far a cut moves to find the end of a word; longer words are cut, between whole characters as people see them. */
const WORD_REACH = 40;

const CHARACTERS = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/**
 * Cuts a piece around a part of a content, at word boundaries, with "…" where something is left out. Safe to print on
 * one line: white space becomes single spaces, and control characters and those that turn the direction of writing go.
 * @param best the part to show: its beginning at least
 * @param length the most UTF-16 code units of the piece, 1 or more
 */
export function cutSnippet(content: string, best: Passage, length: number): string {
  // What is dropped below makes room; a margin of twice the length is enough for most texts.
  const margin = 2 * length;
  const from = wholeCharacterAt(content, Math.max(0, best.start - margin));
  const to = wholeCharacterAt(content, Math.min(content.length, best.start + margin));
  const before = printable(content.slice(from, best.start)).trimStart();
  const after = printable(content.slice(best.start, to));
  const text = (before + after).replaceAll(/ {2,}/g, ' ').trimEnd();
  const start = Math.min(before.length, text.length);
  const [cutBefore, cutAfter] = [from > 0, to < content.length];
  if (text.length + (cutBefore ? 1 : 0) + (cutAfter ? 1 : 0) <= length) {
    return (cutBefore ? CUT : '') + text + (cutAfter ? CUT : '');
  }
  return window(text, start, Math.min(text.length, start + best.end - best.start), length, cutBefore, cutAfter);
}

function window(
  text: string,
  start: number,
  end: number,
  length: number,
  cutBefore: boolean,
  cutAfter: boolean,
): string {
  const room = Math.max(1, length - 2 * CUT.length);
  // The part stands in the middle; at an end of the text, what is left of the room goes to the other side.
  const spare = Math.max(0, room - (end - start));
  let from = Math.max(0, start - Math.floor(spare / 2));
  let to = Math.min(text.length, from + room);
  from = Math.max(0, to - room);
  if (from > 0) from = wordStart(text, from, start);
  if (to < text.length) to = wordEnd(text, to, from);
  const head = from > 0 || cutBefore ? CUT : '';
  const tail = to < text.length || cutAfter ? CUT : '';
  return head + text.slice(from, to).trim() + tail;
}

/** The first beginning of a word from here on, not beyond `limit`. */
function wordStart(text: string, at: number, limit: number): number {
  if (text[at - 1] === ' ') return at;
  const space = text.slice(at, Math.min(at + WORD_REACH, limit)).indexOf(' ');
  return space >= 0 ? at + space + 1 : wholeCharacterAt(text, at);
}

/** The last end of a word up to here. */
function wordEnd(text: string, at: number, least: number): number {
  if (text[at] === ' ') return at;
  const reach = Math.max(least, at - WORD_REACH);
  const space = text.slice(reach, at).lastIndexOf(' ');
  return space > 0 ? reach + space : wholeCharacterAt(text, at);
}

/** The beginning of the character, as people see it, that stands here. */
function wholeCharacterAt(text: string, at: number): number {
  if (at <= 0 || at >= text.length) return at;
  const from = Math.max(0, at - 32);
  return from + (CHARACTERS.segment(text.slice(from, at + 32)).containing(at - from)?.index ?? at - from);
}

function printable(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/\s+/gu, ' ')
    .replaceAll(/[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffd]/gu, '');
}
