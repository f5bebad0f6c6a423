import { syntaxError, type Token } from './lexer.ts';

/** A place in a query's tokens, and the ways to move on. */
export type Cursor = {
  /** The token so far ahead (0 is the next). */
  peek(ahead?: number): Token;
  /** Takes the next token. */
  next(): Token;
  /** Takes the next token if it is this keyword, whatever its case. */
  keyword(word: string): boolean;
  /** Whether the tokens ahead are these keywords; takes nothing. */
  isKeyword(word: string, ahead?: number): boolean;
  /** Takes the next token if it is this symbol. */
  symbol(text: string): boolean;
  /** Takes the keyword or symbol, or refuses the query. */
  expect(text: string): void;
  /** Takes a name that may be used for an alias, or refuses the query. */
  identifier(): string;
};

const RESERVED = new Set(
  'AND ARRAY AS ASC BETWEEN BY CASE CAST CONVERT CROSS DESC DISTINCT ELSE END ESCAPE EXISTS FALSE FOR FROM GROUP HAVING IN INNER INSERT INTO IS JOIN LEFT LIKE LIMIT NOT NULL OFFSET ON OR ORDER OUTER OVER RIGHT SELECT SET THEN TOP TRUE UDF UNDEFINED UPDATE VALUE WHEN WHERE WITH'.split(
    ' ',
  ),
);

/** Whether a word has a meaning of its own in the grammar. */
export function isReserved(word: string): boolean {
  return RESERVED.has(word.toUpperCase());
}

/** Puts a cursor before the first token. */
export function cursorOver(tokens: readonly Token[]): Cursor {
  let position = 0;
  const end: Token = { kind: 'end', text: 'end of query' };
  const peek = (ahead = 0): Token => tokens[position + ahead] ?? end;
  const isKeyword = (word: string, ahead = 0): boolean => {
    const token = peek(ahead);
    return token.kind === 'name' && token.text.toUpperCase() === word;
  };
  const isSymbol = (text: string): boolean => peek().kind === 'symbol' && peek().text === text;
  const takeIf = (matches: boolean): boolean => {
    if (matches) position++;
    return matches;
  };
  return {
    peek,
    next: () => {
      const token = peek();
      position++;
      return token;
    },
    keyword: (word) => takeIf(isKeyword(word)),
    isKeyword,
    symbol: (text) => takeIf(isSymbol(text)),
    expect: (text) => {
      if (!takeIf(isKeyword(text) || isSymbol(text))) throw syntaxError(peek().text);
    },
    identifier: () => {
      const token = peek();
      if (token.kind !== 'name' || isReserved(token.text)) throw syntaxError(token.text);
      position++;
      return token.text;
    },
  };
}
