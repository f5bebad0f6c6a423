import type { Clock } from '../../clock.ts';
import type { Value } from '../../json.ts';

/** A system function: how many arguments it takes, and what it gives for their values. */
export type SystemFunction = {
  readonly least: number;
  readonly most: number;
  readonly apply: (values: readonly Value[], clock: Clock) => Value;
};

/** A group of system functions by their upper-case names. */
export type FunctionTable = Readonly<Record<string, SystemFunction>>;

/** A function of so many arguments, one of them per value. */
export function takes(least: number, most: number, apply: SystemFunction['apply']): SystemFunction {
  return { least, most, apply };
}

/** A function of strings only: `undefined` when any argument is another type, as published. */
export function ofStrings(count: number, apply: (...texts: string[]) => Value): SystemFunction {
  return takes(count, count, (values) => {
    const texts = values.filter((value) => typeof value === 'string');
    return texts.length === values.length ? apply(...texts) : undefined;
  });
}

/** A function of numbers only: `undefined` when any argument is another type or the result is no finite number. */
export function ofNumbers(count: number, apply: (...numbers: number[]) => number): SystemFunction {
  return takes(count, count, (values) => {
    const numbers = values.filter((value) => typeof value === 'number');
    if (numbers.length !== values.length) return undefined;
    const result = apply(...numbers);
    return Number.isFinite(result) ? result : undefined;
  });
}
