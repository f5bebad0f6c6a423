import { canonical, isObject, type Value } from '../json.ts';

const TYPES = ['undefined', 'null', 'boolean', 'number', 'string', 'array', 'object'] as const;

/** Cosmos DB's type of a value. */
export type TypeName = (typeof TYPES)[number];

/** Names the type of a value. */
export function typeOf(value: Value): TypeName {
  if (value === undefined) return 'undefined';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (isObject(value)) return 'object';
  if (typeof value === 'boolean') return 'boolean';
  return typeof value === 'number' ? 'number' : 'string';
}

/**
 * The order of ORDER BY, MIN and MAX over all types: undefined, null, booleans, numbers, strings, arrays, objects.
 * Below 0 when `left` comes first.
 */
export function compareAll(left: Value, right: Value): number {
  const types = TYPES.indexOf(typeOf(left)) - TYPES.indexOf(typeOf(right));
  return types === 0 ? compareSame(left, right) : types;
}

/** `=` as published: deep within one type, `undefined` between two types or with undefined. */
export function equals(left: Value, right: Value): boolean | undefined {
  if (left === undefined || right === undefined || typeOf(left) !== typeOf(right)) return undefined;
  if (typeof left === 'object' && left !== null) return canonical(left) === canonical(right);
  return left === right;
}

/** `!=`, `<` and the rest as published: `undefined` between types, and between two arrays or two objects. */
export function relation(operator: '!=' | '<' | '<=' | '>' | '>=', left: Value, right: Value): boolean | undefined {
  const type = typeOf(left);
  if (type !== typeOf(right) || type === 'undefined' || type === 'array' || type === 'object') return undefined;
  const order = compareSame(left, right);
  switch (operator) {
    case '!=':
      return order !== 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
  }
}

/** AND over true, false and undefined. */
export function and(left: Value, right: Value): boolean | undefined {
  if (left === false || right === false) return false;
  return left === true && right === true ? true : undefined;
}

/** OR over true, false and undefined. */
export function or(left: Value, right: Value): boolean | undefined {
  if (left === true || right === true) return true;
  return left === false && right === false ? false : undefined;
}

function compareSame(left: Value, right: Value): number {
  if (typeof left === 'string' && typeof right === 'string') return left < right ? -1 : Number(left > right);
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  if (typeof left === 'boolean' && typeof right === 'boolean') return Number(left) - Number(right);
  const [first, second] = [canonical(left), canonical(right)];
  return first < second ? -1 : Number(first > second);
}
