import type { Json, Value } from '../json.ts';
import { effectivePartitionKey, type KeyLevel, type PartitionKey } from '../partition-key.ts';
import { EVERYTHING, spanOf, type Span } from '../partitioning.ts';
import { isSamePath, itemPath, type QuerySetting, type Scope } from './scope.ts';
import { conjuncts, type Expression, type Query } from './syntax.ts';

/** A span of keys as a query plan writes it. */
export type PlannedRange = {
  readonly min: string;
  readonly max: string;
  readonly isMinInclusive: boolean;
  readonly isMaxInclusive: boolean;
};

// Beyond this many combinations of IN lists the plan falls back to a shorter prefix.
const MOST_KEYS = 200;

/** The partition keys (or prefixes of them) that WHERE confines a query to; undefined when it confines nothing. */
export function targetKeys(query: Query, setting: QuerySetting): PartitionKey[] | undefined {
  const container = query.sources.find((source) => source.kind === 'container')?.alias;
  if (container === undefined) return undefined;
  const names = new Map([[container, true]]);
  const conditions = conjuncts(query.where);
  let keys: PartitionKey[] = [[]];
  for (const path of setting.target.keyPaths) {
    const levels = conditions
      .map((part) => levelsOf(part, path, { names }, setting))
      .find((found) => found !== undefined);
    if (!levels || keys.length * levels.length > MOST_KEYS) break;
    keys = keys.flatMap((key) => levels.map((level) => [...key, level]));
  }
  return keys.some((key) => key.length > 0) ? keys : undefined;
}

/** The ranges a query plan names: exact keys, prefixes, or everything. */
export function plannedRanges(query: Query, setting: QuerySetting): PlannedRange[] {
  const keys = targetKeys(query, setting);
  if (!keys) return [{ ...EVERYTHING, isMinInclusive: true, isMaxInclusive: false }];
  const ranges = keys.map((key): PlannedRange => {
    const min = effectivePartitionKey(key);
    const full = key.length === setting.target.keyPaths.length;
    return { min, max: full ? min : `${min}FF`, isMinInclusive: true, isMaxInclusive: full };
  });
  const distinct = new Map(ranges.map((range) => [range.min, range]));
  return Array.from(distinct.values()).sort((left, right) => (left.min < right.min ? -1 : 1));
}

/** The same as spans, in order. */
export function targetSpans(query: Query, setting: QuerySetting): Span[] {
  const keys = targetKeys(query, setting);
  return keys ? keys.map(spanOf).sort((left, right) => (left.min < right.min ? -1 : 1)) : [EVERYTHING];
}

function levelsOf(
  part: Expression,
  path: readonly string[],
  scope: Pick<Scope, 'names'>,
  setting: QuerySetting,
): KeyLevel[] | undefined {
  const isPath = (side: Expression): boolean => {
    const found = itemPath(side, scope);
    return found !== undefined && isSamePath(found, path);
  };
  if (part.kind === 'in' && isPath(part.subject)) return allLevels(part.options, setting);
  if (part.kind !== 'binary' || part.operator !== '=') return undefined;
  if (isPath(part.left)) return allLevels([part.right], setting);
  return isPath(part.right) ? allLevels([part.left], setting) : undefined;
}

function allLevels(expressions: readonly Expression[], setting: QuerySetting): KeyLevel[] | undefined {
  const levels: KeyLevel[] = [];
  for (const expression of expressions) {
    const value = constantOf(expression, setting);
    if (value === undefined || (typeof value === 'object' && value !== null)) return undefined;
    levels.push(value);
  }
  return levels;
}

function constantOf(expression: Expression, setting: QuerySetting): Value {
  if (expression.kind === 'literal') return expression.value;
  const value: Json | undefined = expression.kind === 'parameter' ? setting.parameters.get(expression.name) : undefined;
  return value;
}
