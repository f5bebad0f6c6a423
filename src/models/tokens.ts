/** Tells how many tokens a text is to a model. */
export type TokenCounter = (text: string) => number;

type Encoding = 'o200k_base' | 'cl100k_base';

/** Models whose tokenizer is published, the newer first: `gpt-4o` begins with `gpt-4`. `gpt-35` is Azure's spelling. */
const ENCODINGS: readonly (readonly [RegExp, Encoding])[] = [
  [/^(gpt-4o|gpt-4\.[15]|gpt-5|gpt-oss|chatgpt-4o|o[134])(?![a-z0-9])/, 'o200k_base'],
  [/^(gpt-4|gpt-3\.?5|text-embedding-3|text-embedding-ada-002)(?![a-z0-9])/, 'cl100k_base'],
];

/**
 * Tokenizing takes time that grows with the square of a word's length, and a script without spaces is one long word
 * (measured: 50,000 ideographs at once 5.8 s; 100,000 in pieces of 64 0.3 s). A piece's edge costs a token at most.
 */
const PIECE_CHARACTERS = 64;

/** The rest of a longer text is taken to be like its beginning, so that no text holds the process up. */
const COUNTED_CHARACTERS = 40_000;

/** Texts whose tokens are known, of all together: some 100 conversations as long as a model is shown. */
const REMEMBERED_CHARACTERS = 6_000_000;

const encodings = new Map<Encoding, Promise<TokenCounter>>();

/**
 * The counter for a model: its own tokenizer where that is known by the model's name (loaded with the first use: some
 * 140 ms and 80 MB), an estimate otherwise.
 * @param model as the provider names it; a deployment's name is known when it begins with the model's
 */
export async function tokenCounterFor(model: string): Promise<TokenCounter> {
  const name = model.toLowerCase().replace(/^(ft:|.*\/)/, '');
  const encoding = ENCODINGS.find(([pattern]) => pattern.test(name))?.[1];
  if (encoding === undefined) return estimateTokens;
  let counter = encodings.get(encoding);
  if (counter === undefined) {
    counter = load(encoding);
    encodings.set(encoding, counter);
  }
  return counter;
}

/**
 * About right for English with any of the common tokenizers: four characters a token, two of punctuation. Of other
 * scripts it is a token a character, which is rather too many than too few.
 */
export function estimateTokens(text: string): number {
  let quarters = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    quarters += code >= 128 ? 4 : isWordOrSpace(code) ? 1 : 2;
  }
  return Math.ceil(quarters / 4);
}

function isWordOrSpace(ascii: number): boolean {
  const lower = ascii | 32;
  return ascii === 32 || (ascii >= 48 && ascii <= 57) || (lower >= 97 && lower <= 122);
}

async function load(encoding: Encoding): Promise<TokenCounter> {
  const { countTokens } = await (encoding === 'o200k_base'
    ? import('gpt-tokenizer/encoding/o200k_base')
    : import('gpt-tokenizer/encoding/cl100k_base'));
  // Text that looks like a control token is text: without this it throws.
  const options = { disallowedSpecial: new Set<string>() };
  return remembering((text) => {
    const counted = Math.min(text.length, COUNTED_CHARACTERS);
    let tokens = 0;
    for (const piece of pieces(text.slice(0, counted))) tokens += countTokens(piece, options);
    return counted === text.length ? tokens : Math.ceil(tokens * (text.length / counted));
  });
}

/** Counts anew what it has not seen for long: a conversation's messages come again with each reply. */
function remembering(count: TokenCounter): TokenCounter {
  const known = new Map<string, number>();
  let characters = 0;
  return (text) => {
    let tokens = known.get(text);
    if (tokens === undefined) {
      tokens = count(text);
      characters += text.length;
    }
    // The last in the map is the one asked for last.
    known.delete(text);
    known.set(text, tokens);
    for (const oldest of known.keys()) {
      if (characters <= REMEMBERED_CHARACTERS) break;
      known.delete(oldest);
      characters -= oldest.length;
    }
    return tokens;
  };
}

/** Cuts before a space where there is one: tokens begin with it, so that the count stays what it is. */
function* pieces(text: string): Generator<string, void> {
  for (let from = 0; from < text.length;) {
    let to = Math.min(text.length, from + PIECE_CHARACTERS);
    if (to < text.length) {
      const space = text.lastIndexOf(' ', to);
      if (space > from) to = space;
      else if (/[\uDC00-\uDFFF]/.test(text.charAt(to))) to -= 1;
    }
    yield text.slice(from, to);
    from = to;
  }
}
