import { parseJson, type Value } from '../../json.ts';
import { ofStrings, takes, type FunctionTable } from './function.ts';

const MATCH_FLAGS = /^[msix]*$/;

/** Functions over strings. */
export const STRING_FUNCTIONS: FunctionTable = {
  CONCAT: takes(2, 20, (values) => (values.every((value) => typeof value === 'string') ? values.join('') : undefined)),
  CONTAINS: search((text, part) => text.includes(part)),
  ENDSWITH: search((text, part) => text.endsWith(part)),
  STARTSWITH: search((text, part) => text.startsWith(part)),
  STRINGEQUALS: search((text, part) => text === part),
  INDEX_OF: takes(2, 3, ([text, part, start = 0]) =>
    typeof text === 'string' && typeof part === 'string' && typeof start === 'number'
      ? text.indexOf(part, start)
      : undefined,
  ),
  LEFT: takes(2, 2, ([text, length]) =>
    typeof text === 'string' && isCount(length) ? text.slice(0, length) : undefined,
  ),
  RIGHT: takes(2, 2, ([text, length]) =>
    typeof text === 'string' && isCount(length) ? text.slice(Math.max(text.length - length, 0)) : undefined,
  ),
  SUBSTRING: takes(3, 3, ([text, start, length]) =>
    typeof text === 'string' && typeof start === 'number' && isCount(length)
      ? text.slice(Math.max(start, 0), Math.max(start, 0) + length)
      : undefined,
  ),
  LENGTH: ofStrings(1, (text) => text.length),
  LOWER: ofStrings(1, (text) => text.toLowerCase()),
  UPPER: ofStrings(1, (text) => text.toUpperCase()),
  LTRIM: ofStrings(1, (text) => text.trimStart()),
  RTRIM: ofStrings(1, (text) => text.trimEnd()),
  TRIM: ofStrings(1, (text) => text.trim()),
  REVERSE: ofStrings(1, (text) => Array.from(text).reverse().join('')),
  REPLACE: ofStrings(3, (text, find, by) => (find === '' ? text : text.replaceAll(find, by))),
  REPLICATE: takes(2, 2, ([text, count]) =>
    typeof text === 'string' && isCount(count) && text.length * count <= 10_000 ? text.repeat(count) : undefined,
  ),
  REGEXMATCH: takes(2, 3, ([text, pattern, flags = '']) => regexMatch(text, pattern, flags)),
  STRINGTONUMBER: ofStrings(1, (text) => ofType(parseJson(text.trim()), 'number')),
  STRINGTOBOOLEAN: ofStrings(1, (text) => ofType(parseJson(text.trim()), 'boolean')),
  STRINGSPLIT: ofStrings(2, (text, separator) => text.split(separator)),
  STRINGJOIN: takes(2, 2, ([texts, separator]) =>
    Array.isArray(texts) && typeof separator === 'string' && texts.every((text) => typeof text === 'string')
      ? texts.join(separator)
      : undefined,
  ),
  TOSTRING: takes(1, 1, ([value]) => (typeof value === 'string' ? value : value && JSON.stringify(value))),
};

/**
 * LIKE: `%` any text, `_` one character, `[a-f]` one of, `[^a-f]` none of; case-sensitive. Undefined for anything
 * but two strings.
 */
export function like(text: Value, pattern: Value, escape: string | undefined): boolean | undefined {
  if (typeof text !== 'string' || typeof pattern !== 'string') return undefined;
  let source = '';
  for (let index = 0; index < pattern.length; index++) {
    const character = pattern.charAt(index);
    const set = character === '[' ? /^\[(\^?)([^\]]+)\]/.exec(pattern.slice(index)) : null;
    if (character === escape) source += quote(pattern.charAt(++index));
    else if (character === '%') source += '[\\s\\S]*';
    else if (character === '_') source += '[\\s\\S]';
    else if (set) {
      source += `[${set[1] ?? ''}${(set[2] ?? '').replaceAll('\\', '\\\\')}]`;
      index += set[0].length - 1;
    } else source += quote(character);
  }
  return new RegExp(`^${source}$`, 'u').test(text);
}

function search(test: (text: string, part: string) => boolean): FunctionTable[string] {
  return takes(2, 3, ([text, part, ignoreCase = false]) => {
    if (typeof text !== 'string' || typeof part !== 'string' || typeof ignoreCase !== 'boolean') return undefined;
    return ignoreCase ? test(text.toLowerCase(), part.toLowerCase()) : test(text, part);
  });
}

function regexMatch(text: Value, pattern: Value, flags: Value): Value {
  if (typeof text !== 'string' || typeof pattern !== 'string' || typeof flags !== 'string') return undefined;
  if (!MATCH_FLAGS.test(flags) || flags.includes('x')) return undefined;
  try {
    return new RegExp(pattern, flags).test(text);
  } catch {
    return undefined;
  }
}

function ofType(value: Value, type: 'number' | 'boolean'): Value {
  return typeof value === type ? value : undefined;
}

function isCount(value: Value): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}

function quote(character: string): string {
  return character.replace(/[\\^$.*+?()[\]{}|/]/u, '\\$&');
}
