/** What a Cosmos DB item is made of. */
export type Json = null | boolean | number | string | Json[] | JsonObject;

/** A JSON object. */
export type JsonObject = { [name: string]: Json };

/** What an expression gives: JSON, or Cosmos DB's `undefined`, which is not null and not false. */
export type Value = Json | undefined;

/** Whether a value is a JSON object (not null, not an array). */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a value is a non-empty array of finite numbers only. */
export function isNumberArray(value: Value): value is number[] {
  return Array.isArray(value) && value.length > 0 && value.every((element) => typeof element === 'number');
}

/** Parses a text; `undefined` when it is no JSON. */
export function parseJson(text: string): Value {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

/** One text for equal values, whatever the order of their properties; what DISTINCT and GROUP BY compare. */
export function canonical(value: Value): string {
  if (value === undefined) return 'undefined';
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const names = Object.keys(value).sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(',')}}`;
}

/** Follows property names (and array positions) into a value. */
export function valueAt(value: Value, path: readonly string[]): Value {
  let current = value;
  for (const segment of path) {
    if (Array.isArray(current)) current = current[Number(segment)];
    else if (isObject(current)) current = Object.hasOwn(current, segment) ? current[segment] : undefined;
    else return undefined;
  }
  return current;
}

/** Size of a value as JSON text, in bytes. */
export function jsonBytes(value: Value): number {
  return value === undefined ? 0 : Buffer.byteLength(JSON.stringify(value));
}
