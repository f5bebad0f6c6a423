import { detached } from './detached.ts';
import { stem } from './stem.ts';

/** A word as it stands in a text, UTF-16 code units; `end` is exclusive. `word` is folded: see `wordsIn`. */
export type Word = { readonly word: string; readonly start: number; readonly end: number };

/** Words longer than this are data (keys, encoded bytes): their first characters tell them apart. */
const WORD_CHARACTERS = 64;

/**
 * Cuts a text into words, in order. Words are folded: lower case, compatibility forms made plain, and Latin, Greek,
 * Cyrillic, Hebrew and Arabic letters without their marks, so that "Café", "CAFE" and "cafe" are one word. An emoji is a
 * word. Scripts without spaces give every two characters that follow each other (overlapping), and a single character
 * where it stands alone: what Lucene's CJKAnalyzer does, and needs no dictionary.
 */
export function wordsIn(text: string): Word[] {
  const words: Word[] = [];
  eachWord(text, (start, end) => {
    const word = fold(text.slice(start, end));
    if (word !== '') words.push({ word, start, end });
  });
  return words;
}

function eachWord(text: string, visit: (start: number, end: number) => void): void {
  eachRun(text, (start, end, spaced) => {
    if (spaced) {
      visit(start, end);
      return;
    }
    const ends = characterEnds(text, start, end);
    if (ends.length === 1) visit(start, end);
    for (let at = 1; at < ends.length; at += 1) visit(ends[at - 2] ?? start, ends[at] ?? end);
  });
}

/**
 * The terms that a text is found by, in order: its words' stems; in scripts without spaces each single character too, so
 * that a query of one character finds it.
 */
export function termsIn(text: string): string[] {
  const found: string[] = [];
  const add = (start: number, end: number): void => {
    const term = termOf(text.slice(start, end));
    if (term !== '') found.push(term);
  };
  eachRun(text, (start, end, spaced) => {
    if (spaced) {
      add(start, end);
      return;
    }
    const ends = characterEnds(text, start, end);
    for (const [at, characterEnd] of ends.entries()) {
      const characterStart = ends[at - 1] ?? start;
      add(characterStart, characterEnd);
      const next = ends[at + 1];
      if (next !== undefined) add(characterStart, next);
    }
  });
  return found;
}

/**
 * Counts terms in a text, as `termsIn` would find them, without making the others: a search does this some thousand
 * times. Adds to the term's number in `counts`, and gives how many terms the text has in all.
 */
export type TermCounter = (text: string, counts: number[]) => number;

/** Counts these terms, each at its place. */
export function termCounter(terms: readonly string[]): TermCounter {
  const places = new Map(terms.map((term, at) => [term, at]));
  const mayBegin = beginningsOf(places.keys());
  return (text, counts) => {
    let all = 0;
    const count = (start: number, end: number): void => {
      all += 1;
      if (!mayBegin(text, start, end)) return;
      const place = places.get(termOf(text.slice(start, end)));
      if (place !== undefined) counts[place] = (counts[place] ?? 0) + 1;
    };
    eachRun(text, (start, end, spaced) => {
      if (spaced) {
        count(start, end);
        return;
      }
      const ends = characterEnds(text, start, end);
      for (const [at, characterEnd] of ends.entries()) {
        const characterStart = ends[at - 1] ?? start;
        count(characterStart, characterEnd);
        const next = ends[at + 1];
        if (next !== undefined) count(characterStart, next);
      }
    });
    return all;
  };
}

/**
 * A number in 53 bits, as text, that texts have in common which have the same words in the same order, whatever stands
 * between them and whatever their case; others have another, but for one pair in 10^15. Null for a text without words.
 */
export function fingerprintOf(text: string): string | null {
  const lower = text.toLowerCase();
  // Two hashes after Fowler, Noll and Vo (FNV-1a) over the same characters, with a space between words.
  let one = 0x811c9dc5;
  let other = 0x9747b28c;
  let isAfterWord = false;
  let isBetween = false;
  for (let at = 0; at < lower.length; at += 1) {
    const code = lower.charCodeAt(at);
    // Halves of a character count as parts of a word: emoji, and the scripts beyond the first plane.
    const isWord = (code >= 0xd800 && code < 0xe000) || kindOf(code) !== BETWEEN;
    if (!isWord) {
      isBetween = isAfterWord;
      continue;
    }
    if (isBetween) {
      one = Math.imul(one ^ SPACE, FACTOR);
      other = Math.imul(other ^ SPACE, OTHER_FACTOR);
      isBetween = false;
    }
    one = Math.imul(one ^ code, FACTOR);
    other = Math.imul(other ^ code, OTHER_FACTOR);
    other ^= other >>> 13;
    isAfterWord = true;
  }
  return isAfterWord ? String((one >>> 0) * 2 ** 21 + (other >>> 11)) : null;
}

const SPACE = 32;
const FACTOR = 0x01000193;
const OTHER_FACTOR = 0x85ebca6b;

/** The words of a text that are forms of one of the terms, in order, each with its term. */
export function findTermsIn(text: string, terms: ReadonlySet<string>): (Omit<Word, 'word'> & { term: string })[] {
  const mayBegin = beginningsOf(terms);
  const found: (Omit<Word, 'word'> & { term: string })[] = [];
  eachWord(text, (start, end) => {
    if (!mayBegin(text, start, end)) return;
    const term = termOf(text.slice(start, end));
    if (terms.has(term)) found.push({ start, end, term });
  });
  return found;
}

/**
 * Whether a word of a text can be one of the terms, by its first two characters. A term begins as its word does but for
 * case and marks, of which ASCII has one bit and none; of other characters nothing is said. Spares most words a look-up.
 */
function beginningsOf(terms: Iterable<string>): (text: string, start: number, end: number) => boolean {
  const beginnings = new Uint8Array(128 * 128);
  const placeOf = (first: number, second: number) => (first | CASE) * 128 + (second | CASE);
  for (const term of terms) {
    const [first, second] = [term.charCodeAt(0), term.charCodeAt(1)];
    if (first >= 128 || second >= 128) continue;
    // A stem's last letter may be another than the word's: of so short a stem, the second one.
    if (term.length < 3) beginnings.fill(1, placeOf(first, 0) - CASE, placeOf(first, 0) - CASE + 128);
    else beginnings[placeOf(first, second)] = 1;
  }
  return (text, start, end) => {
    const first = text.charCodeAt(start);
    const second = start + 1 < end ? text.charCodeAt(start + 1) : 0;
    return first >= 128 || second >= 128 || beginnings[placeOf(first, second)] === 1;
  };
}

/** The bit by which ASCII's small letters differ from its capitals; digits have it, too. */
const CASE = 0x20;

const BETWEEN = 1;
const SPACED = 2;
const UNSPACED = 3;
const PICTURE = 4;
type Kind = typeof BETWEEN | typeof SPACED | typeof UNSPACED | typeof PICTURE;

const WORD_LIKE = /[\p{L}\p{M}\p{N}]/u;
// Written without spaces between words, or (Hangul) with endings that stick to them. Script_Extensions has the marks
// that such scripts share, as the long-vowel sign of Japanese.
const WITHOUT_SPACES =
  /[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Hang}\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}\p{scx=Mymr}]/u;
const PICTORIAL = /[\p{Extended_Pictographic}\p{Regional_Indicator}]/u;

const EMOJI = emojiExpression();

/**
 * An emoji by the grammar of Unicode Technical Standard 51 (section 1.4.9, ED-17), newer ones than this Node knows
 * included: a flag, or pictures joined by the zero-width joiner, of which the first is shown as a picture unless told
 * otherwise. \p{RGI_Emoji} lists them all instead, and takes each thread 30 ms to compile.
 */
function emojiExpression(): RegExp {
  const toned = String.raw`\p{Emoji_Modifier_Base}\p{Emoji_Modifier}`;
  const asPicture = String.raw`\p{Emoji}\uFE0F\u20E3?`;
  // Of a region, as Scotland's flag.
  const tagged = String.raw`\p{Emoji_Presentation}(?:[\u{E0020}-\u{E007E}]+\u{E007F})?`;
  const flag = String.raw`\p{Regional_Indicator}{2}`;
  // Half a flag is shown as a picture, too, and is none.
  const first = String.raw`(?!\p{Regional_Indicator})(?:${toned}|${asPicture}|${tagged})`;
  const joined = String.raw`\u200D(?:${toned}|${asPicture}|\p{Extended_Pictographic})`;
  return new RegExp(`${flag}|${first}(?:${joined})*`, 'uy');
}

// Asked once a character: regular expressions over every character of a text are ten times as slow.
const kinds = new Uint8Array(0x10000);

function kindOf(code: number): Kind {
  const known = code < kinds.length ? kinds[code] : 0;
  if (known === BETWEEN || known === SPACED || known === UNSPACED || known === PICTURE) return known;
  const character = String.fromCodePoint(code);
  let kind: Kind = BETWEEN;
  if (WORD_LIKE.test(character)) kind = WITHOUT_SPACES.test(character) ? UNSPACED : SPACED;
  else if (PICTORIAL.test(character)) kind = PICTURE;
  if (code < kinds.length) kinds[code] = kind;
  return kind;
}

/** Visits the runs of a text that are words, or of which words are made, in order. */
function eachRun(text: string, visit: (start: number, end: number, spaced: boolean) => void): void {
  let start = 0;
  let running: Kind = BETWEEN;
  let at = 0;
  while (at < text.length) {
    const unit = text.charCodeAt(at);
    // Most characters are like the one before: asked first, as this is where a search of texts spends its time.
    if (unit < 128 && kinds[unit] === running && running !== PICTURE) {
      at += 1;
      continue;
    }
    const code = unit < 0xd800 || unit > 0xdbff ? unit : (text.codePointAt(at) ?? unit);
    const kind = kindOf(code);
    if (kind !== running || kind === PICTURE) {
      if (running === SPACED || running === UNSPACED) visit(start, at, running === SPACED);
      start = at;
      running = kind;
    }
    if (kind === PICTURE) {
      EMOJI.lastIndex = at;
      const emoji = EMOJI.exec(text);
      running = BETWEEN;
      if (emoji !== null) {
        at += emoji[0].length;
        visit(start, at, true);
        continue;
      }
    }
    at += code > 0xffff ? 2 : 1;
  }
  if (running === SPACED || running === UNSPACED) visit(start, text.length, running === SPACED);
}

/** Where each character of a run ends. */
function characterEnds(text: string, start: number, end: number): number[] {
  const ends: number[] = [];
  let at = start;
  while (at < end) {
    at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
    ends.push(at);
  }
  return ends;
}

const TERMS_KEPT = 50_000;
const terms = new Map<string, string>();

/** The term of one word: the stem of its folded form. Empty when it is not one word. */
export function termOf(word: string): string {
  const short = shortened(word);
  let term = terms.get(short);
  if (term === undefined) {
    if (terms.size >= TERMS_KEPT) terms.clear();
    const kept = detached(short);
    term = stem(fold(kept));
    terms.set(kept, term);
  }
  return term;
}

function shortened(word: string): string {
  return word.length > WORD_CHARACTERS ? word.slice(0, WORD_CHARACTERS) : word;
}

/** Marks of Latin, Greek and Cyrillic; points of Hebrew; vowel signs and the stretching sign of Arabic. */
const MARKS = /[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u0640]/g;
/** Letters that Unicode does not take apart, as people type them without the right keyboard. */
const PLAIN: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ı: 'i',
  ς: 'σ',
};

function fold(word: string): string {
  const lower = shortened(word).toLowerCase();
  if (isAscii(lower)) return /[^a-z0-9]/.test(lower) ? '' : lower;
  return (
    lower
      .normalize('NFKD')
      .replace(MARKS, '')
      .normalize('NFC')
      .replace(/[ßæœøłđðþıς]/g, (letter) => PLAIN[letter] ?? letter)
      // What compatibility forms bring along ("⒈" has a full stop), and the sign that asks for a coloured emoji.
      .replace(/[^\p{L}\p{M}\p{N}\p{Emoji}\p{Join_Control}]|[*#]|\p{VS}/gu, '')
      .slice(0, WORD_CHARACTERS)
  );
}

// eslint-disable-next-line no-control-regex -- ASCII begins with control characters
const ASCII = /^[\x00-\x7f]*$/;

function isAscii(text: string): boolean {
  return ASCII.test(text);
}
