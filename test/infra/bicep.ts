/** A value of a Bicep file. What is not a literal is an expression, as its text. */
export type BicepValue =
  string | number | boolean | readonly BicepValue[] | { readonly [name: string]: BicepValue } | Expression;

export class Expression {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type BicepResource = { readonly type: string; readonly value: BicepValue };

/** What of a Bicep file a test compares: its parameters' defaults, and its resources. */
export type BicepFile = {
  readonly parameters: ReadonlyMap<string, BicepValue | null>;
  readonly resources: ReadonlyMap<string, BicepResource>;
  readonly outputs: readonly string[];
};

/**
 * Reads as much of Bicep as this project's template uses: a declaration starts a line, an object or array has an entry a
 * line (or several, in one line, with commas). Anything else is an expression up to the end of its line.
 * @throws Error where a bracket is left open, or closed that was not open
 */
export function parseBicep(text: string): BicepFile {
  const source = text.replaceAll(/^\s*\/\/.*$/gm, '');
  const parameters = new Map<string, BicepValue | null>();
  const resources = new Map<string, BicepResource>();
  const outputs: string[] = [];
  const declaration = /^(?:param (\w+) \w+(?: = )?|resource (\w+) '([^']+)' = |output (\w+) \w+ = )/gm;
  for (let found = declaration.exec(source); found !== null; found = declaration.exec(source)) {
    const [matched, parameter, resource, type, output] = found;
    const cursor = { source, at: found.index + matched.length };
    const value = matched.endsWith('= ') ? parseValue(cursor) : null;
    if (parameter !== undefined) parameters.set(parameter, value);
    if (resource !== undefined && type !== undefined && value !== null) resources.set(resource, { type, value });
    if (output !== undefined) outputs.push(output);
  }
  return { parameters, resources, outputs };
}

type Cursor = { readonly source: string; at: number };

function parseValue(cursor: Cursor): BicepValue {
  const next = cursor.source.charAt(cursor.at);
  if (next === '{') return parseObject(cursor);
  if (next === '[' && !/^\[\s*for\b/.test(cursor.source.slice(cursor.at))) return parseArray(cursor);
  const literal = take(cursor, /'(?:[^'\\$]|\\.)*'(?=\s*[,}\]\n])|-?\d+(?=\s*[,}\]\n])|(?:true|false)(?=\s*[,}\]\n])/y);
  if (literal !== null) {
    if (literal.startsWith("'")) return literal.slice(1, -1).replaceAll(/\\(.)/g, '$1');
    return literal === 'true' || literal === 'false' ? literal === 'true' : Number(literal);
  }
  return new Expression(takeExpression(cursor));
}

function parseObject(cursor: Cursor): BicepValue {
  cursor.at += 1;
  const entries: [string, BicepValue][] = [];
  while (skip(cursor) !== '}') {
    const name = take(cursor, /'?([\w-]+)'?: */y);
    if (name === null) throw new Error(`An entry was expected: ${around(cursor)}`);
    entries.push([name.replace(/'?: *$/, '').replace(/^'/, ''), parseValue(cursor)]);
  }
  cursor.at += 1;
  return Object.fromEntries(entries);
}

function parseArray(cursor: Cursor): BicepValue {
  cursor.at += 1;
  const elements: BicepValue[] = [];
  while (skip(cursor) !== ']') {
    elements.push(parseValue(cursor));
  }
  cursor.at += 1;
  return elements;
}

/** Up to the end of the line on which all brackets are closed again, or a bracket that was not open. */
function takeExpression(cursor: Cursor): string {
  const start = cursor.at;
  for (let open = 0; cursor.at < cursor.source.length; cursor.at += 1) {
    const character = cursor.source.charAt(cursor.at);
    if ('([{'.includes(character)) open += 1;
    if (')]}'.includes(character)) open -= 1;
    if (open < 0 || (open === 0 && character === '\n')) break;
  }
  return cursor.source.slice(start, cursor.at).trim();
}

function take(cursor: Cursor, pattern: RegExp): string | null {
  pattern.lastIndex = cursor.at;
  const [matched] = pattern.exec(cursor.source) ?? [];
  if (matched === undefined) return null;
  cursor.at += matched.length;
  return matched;
}

/** Goes on to the next entry, or to the end; gives its first character. */
function skip(cursor: Cursor): string {
  while (/[\s,]/.test(cursor.source.charAt(cursor.at))) cursor.at += 1;
  if (cursor.at >= cursor.source.length) throw new Error('An object or array is left open.');
  return cursor.source.charAt(cursor.at);
}

function around({ source, at }: Cursor): string {
  return JSON.stringify(source.slice(at, at + 60));
}
