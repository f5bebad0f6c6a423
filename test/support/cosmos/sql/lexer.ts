import { queryError } from '../failures.ts';

/** A word of a query text. */
export type Token =
  | { readonly kind: 'name' | 'parameter' | 'symbol' | 'end'; readonly text: string; readonly quoted?: false }
  | { readonly kind: 'string'; readonly text: string; readonly value: string }
  | { readonly kind: 'number'; readonly text: string; readonly value: number };

const PATTERN =
  /(?<space>\s+|--[^\n]*)|(?<parameter>@[A-Za-z_]\w*)|(?<name>[\p{L}_$][\p{L}\p{N}_$]*)|(?<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|(?<symbol>\?\?|\|\||<=|>=|<>|!=|[()[\]{},.:?=<>+\-*/%&|^~])/uy;

const ESCAPES: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/** Cuts a query text into tokens; the last one is `end`. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  PATTERN.lastIndex = 0;
  while (PATTERN.lastIndex < text.length) {
    const start = PATTERN.lastIndex;
    const groups = PATTERN.exec(text)?.groups;
    if (!groups) throw syntaxError(text.slice(start, start + 1));
    const token = tokenOf(groups);
    if (token) tokens.push(token);
  }
  return [...tokens, { kind: 'end', text: 'end of query' }];
}

/** The service's answer to a text that is no query. */
export function syntaxError(near: string): Error {
  return queryError(`Syntax error, incorrect syntax near '${near}'.`, 'SC1001');
}

function tokenOf(groups: Record<string, string | undefined>): Token | undefined {
  const { name, parameter, number, string, symbol } = groups;
  if (name !== undefined) return { kind: 'name', text: name };
  if (parameter !== undefined) return { kind: 'parameter', text: parameter };
  if (number !== undefined) return { kind: 'number', text: number, value: Number(number) };
  if (string !== undefined) return { kind: 'string', text: string, value: unescape(string) };
  return symbol === undefined ? undefined : { kind: 'symbol', text: symbol === '<>' ? '!=' : symbol };
}

function unescape(quoted: string): string {
  return quoted.slice(1, -1).replace(/\\(u[0-9a-fA-F]{4}|.)/g, (_, escape: string) => {
    if (escape.length === 5) return String.fromCharCode(Number.parseInt(escape.slice(1), 16));
    const plain = ESCAPES[escape] ?? escape;
    if (!'bfnrt"\'\\/'.includes(escape)) throw syntaxError(quoted);
    return plain;
  });
}
