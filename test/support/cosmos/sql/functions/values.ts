import { isObject, type Value } from '../../json.ts';
import { equals, typeOf, type TypeName } from '../compare.ts';
import { ofNumbers, takes, type FunctionTable } from './function.ts';

/** Functions that ask for a type, compute a number, or look into an array. */
export const VALUE_FUNCTIONS: FunctionTable = {
  IS_DEFINED: takes(1, 1, ([value]) => value !== undefined),
  IS_NULL: isOfType('null'),
  IS_BOOL: isOfType('boolean'),
  IS_NUMBER: isOfType('number'),
  IS_STRING: isOfType('string'),
  IS_ARRAY: isOfType('array'),
  IS_OBJECT: isOfType('object'),
  IS_PRIMITIVE: isOfType('null', 'boolean', 'number', 'string'),
  IS_FINITE_NUMBER: takes(1, 1, ([value]) => typeof value === 'number' && Number.isFinite(value)),
  IS_INTEGER: takes(1, 1, ([value]) => Number.isInteger(value)),
  IIF: takes(3, 3, ([test, yes, no]) => (test === true ? yes : no)),

  ABS: ofNumbers(1, Math.abs),
  CEILING: ofNumbers(1, Math.ceil),
  EXP: ofNumbers(1, Math.exp),
  FLOOR: ofNumbers(1, Math.floor),
  LOG: ofNumbers(1, Math.log),
  LOG10: ofNumbers(1, Math.log10),
  POWER: ofNumbers(2, (base, exponent) => base ** exponent),
  // Published: half away from zero, where JavaScript rounds half up.
  ROUND: ofNumbers(1, (number) => Math.sign(number) * Math.round(Math.abs(number))),
  SIGN: ofNumbers(1, Math.sign),
  SQRT: ofNumbers(1, Math.sqrt),
  SQUARE: ofNumbers(1, (number) => number * number),
  TRUNC: ofNumbers(1, Math.trunc),

  ARRAY_LENGTH: takes(1, 1, ([list]) => (Array.isArray(list) ? list.length : undefined)),
  ARRAY_CONCAT: takes(2, 20, (lists) => {
    const arrays = lists.filter((list) => Array.isArray(list));
    return arrays.length === lists.length ? arrays.flat(1) : undefined;
  }),
  ARRAY_CONTAINS: takes(2, 3, ([list, wanted, partial = false]) =>
    Array.isArray(list) && wanted !== undefined ? has(list, wanted, partial === true) : undefined,
  ),
  ARRAY_CONTAINS_ANY: takes(2, 20, ([list, ...wanted]) =>
    Array.isArray(list) ? wanted.some((value) => has(list, value, false)) : undefined,
  ),
  ARRAY_CONTAINS_ALL: takes(2, 20, ([list, ...wanted]) =>
    Array.isArray(list) ? wanted.every((value) => has(list, value, false)) : undefined,
  ),
  ARRAY_SLICE: takes(2, 3, ([list, start, length]) => {
    if (!Array.isArray(list) || typeof start !== 'number') return undefined;
    if (length !== undefined && typeof length !== 'number') return undefined;
    const from = start < 0 ? Math.max(list.length + start, 0) : start;
    return list.slice(from, length === undefined ? undefined : from + Math.max(length, 0));
  }),
  SETINTERSECT: takes(2, 2, ([left, right]) =>
    Array.isArray(left) && Array.isArray(right) ? unique(left.filter((value) => has(right, value, false))) : undefined,
  ),
  SETUNION: takes(2, 2, ([left, right]) =>
    Array.isArray(left) && Array.isArray(right) ? unique([...left, ...right]) : undefined,
  ),
};

function isOfType(...types: readonly TypeName[]): FunctionTable[string] {
  return takes(1, 1, ([value]) => types.includes(typeOf(value)));
}

function has(list: readonly Value[], wanted: Value, partial: boolean): boolean {
  return list.some((element) => equals(element, wanted) === true || (partial && isPart(wanted, element)));
}

function isPart(part: Value, whole: Value): boolean {
  if (!isObject(part) || !isObject(whole)) return equals(part, whole) === true;
  return Object.entries(part).every(([name, value]) => isPart(value, whole[name]));
}

function unique<Element extends Value>(list: readonly Element[]): Element[] {
  return list.filter((value, index) => list.findIndex((other) => equals(value, other) === true) === index);
}
