import type { Value } from '../json.ts';
import { compareAll, typeOf } from './compare.ts';
import type { AggregateCall, Environment } from './scope.ts';

/** Computes an aggregate over the rows of a group. */
export function aggregate({ kind, argument }: AggregateCall, rows: readonly (Environment | undefined)[]): Value {
  const values = rows.map(argument).filter((value) => value !== undefined);
  switch (kind) {
    case 'COUNT':
      return values.length;
    case 'COUNTIF':
      return values.filter((value) => value === true).length;
    case 'SUM':
      return sum(values);
    case 'AVG': {
      const total = sum(values);
      return total === undefined || values.length === 0 ? undefined : total / values.length;
    }
    case 'MIN':
      return extreme(values, -1);
    case 'MAX':
      return extreme(values, 1);
  }
}

// One value that is no number makes the whole sum undefined, as published.
function sum(values: readonly Value[]): number | undefined {
  const numbers = values.filter((value) => typeof value === 'number');
  return numbers.length === values.length ? numbers.reduce((total, number) => total + number, 0) : undefined;
}

function extreme(values: readonly Value[], sign: number): Value {
  if (values.some((value) => typeOf(value) === 'array' || typeOf(value) === 'object')) return undefined;
  return values.reduce<Value>(
    (best, value) => (best === undefined || sign * compareAll(value, best) > 0 ? value : best),
    undefined,
  );
}
