import type { Clock } from '../clock.ts';
import type { IndexPolicy } from '../index-policy.ts';
import type { Value } from '../json.ts';
import type { VectorPath } from '../vectors.ts';
import { pathOf, type AGGREGATES, type Expression, type Query } from './syntax.ts';

/** What of a container a query must know. */
export type QueryTarget = {
  readonly keyPaths: readonly (readonly string[])[];
  readonly index: IndexPolicy;
  readonly vectors: readonly VectorPath[];
  readonly fullTextPaths: readonly (readonly string[])[];
};

/** Whether ORDER BY VectorDistance gives the items that have no vector. Nobody here could verify it: a switch. */
export type WithoutVector = 'omitted' | 'last';

/** All that a query is compiled against. */
export type QuerySetting = {
  readonly target: QueryTarget;
  readonly parameters: ReadonlyMap<string, Value>;
  readonly clock: Clock;
  readonly itemsWithoutVector: WithoutVector;
};

/** The values that names stand for while one row is computed, the innermost first. */
export type Environment = {
  readonly name: string;
  readonly value: Value;
  readonly outer?: Environment | undefined;
  /** Results of the aggregates of a group, in the order in which they were compiled. */
  readonly aggregates?: readonly Value[];
};

/** A compiled expression. */
export type Compiled = (environment: Environment | undefined) => Value;

/** An aggregate found in a projection, to be computed for each group. */
export type AggregateCall = { readonly kind: keyof typeof AGGREGATES; readonly argument: Compiled };

/** What an expression may refer to. */
export type Scope = {
  readonly setting: QuerySetting;
  /** The names in reach; the container's own maps to true. */
  readonly names: ReadonlyMap<string, boolean>;
  /** Collects aggregates; absent where none may stand. */
  readonly aggregates?: AggregateCall[];
  /** Compiles a subquery: gives its rows for an environment. */
  readonly subquery: (query: Query, scope: Scope) => (environment: Environment | undefined) => Value[];
};

/** The property path into an item that an expression is, such as `a.b` of `c.a.b`; undefined for anything else. */
export function itemPath(expression: Expression, scope: Pick<Scope, 'names'>): string[] | undefined {
  const found = pathOf(expression);
  return found && scope.names.get(found.root) === true ? found.path : undefined;
}

/** Whether two paths are the same. */
export function isSamePath(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((segment, index) => segment === right[index]);
}
