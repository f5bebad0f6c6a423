import type { Passage } from '../storage/indexed.ts';

const CUT = '…';

/** How far a cut moves to stand between two words; where there is none, it cuts a word, never a character. */
const WORD_REACH = 80;

/**
 * A part of a text, as it stands there, around what is best of it; "…" where something is left out.
 * @param length the most UTF-16 code units of the part, besides "…"
 */
export function excerptAround(text: string, best: Passage, length: number): string {
  if (text.length <= length) return text;
  const spare = Math.max(0, length - (best.end - best.start));
  const start = Math.max(0, Math.min(best.start - Math.floor(spare / 2), text.length - length));
  const end = start + length;
  const from = start === 0 ? 0 : afterSpace(text, start, Math.min(end, Math.max(start, best.start)));
  const to = end === text.length ? end : beforeSpace(text, end, from);
  return `${from === 0 ? '' : `${CUT} `}${text.slice(from, to).trim()}${to === text.length ? '' : ` ${CUT}`}`;
}

function afterSpace(text: string, at: number, limit: number): number {
  const space = text.slice(at - 1, Math.min(at + WORD_REACH, limit)).search(/\s/u);
  return space < 0 ? wholeCharacterAt(text, at) : at + space;
}

function beforeSpace(text: string, at: number, limit: number): number {
  const from = Math.max(limit, at - WORD_REACH);
  const space = text.slice(from, at + 1).search(/\s\S*$/u);
  return space < 0 ? wholeCharacterAt(text, at) : from + space;
}

/** Not between the halves of a surrogate pair. */
function wholeCharacterAt(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  return unit >= 0xdc00 && unit <= 0xdfff ? at - 1 : at;
}
