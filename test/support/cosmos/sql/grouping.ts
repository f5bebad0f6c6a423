import { notModelled, queryError } from '../failures.ts';
import { printExpression } from './print.ts';
import { itemPath, type Scope } from './scope.ts';
import { aggregateOf, partsOf, pathOf, some, type Expression, type Query } from './syntax.ts';

/** Refuses what cannot be grouped: ORDER BY beside GROUP BY, and properties that are in no aggregate and no GROUP BY. */
export function checkGrouping(query: Query, grouped: boolean, scope: Scope): void {
  if (!grouped) return;
  if (query.orderBy.length > 0) {
    throw queryError('ORDER BY is not supported together with GROUP BY or an aggregate.');
  }
  if (query.distinct) throw notModelled('DISTINCT together with GROUP BY or an aggregate');
  if (query.selection.kind === 'star') throw queryError("'SELECT *' is not valid together with GROUP BY.");
  const keys = new Set(query.groupBy.map(printExpression));
  for (const expression of projected(query)) checkReferences(expression, keys, scope);
}

/** The expressions a query projects. */
export function projected(query: Query): readonly Expression[] {
  if (query.selection.kind === 'value') return [query.selection.expression];
  return query.selection.kind === 'list' ? query.selection.items.map(({ expression }) => expression) : [];
}

/** Whether a query computes an aggregate. */
export function hasAggregate(query: Query): boolean {
  return projected(query).some((expression) => some(expression, (part) => aggregateOf(part) !== undefined));
}

function checkReferences(expression: Expression, keys: ReadonlySet<string>, scope: Scope): void {
  if (aggregateOf(expression) || keys.has(printExpression(expression))) return;
  const reference = pathOf(expression);
  if (reference && scope.names.has(reference.root)) {
    const name = itemPath(expression, scope)?.at(-1) ?? reference.root;
    throw queryError(
      `Property reference '${name}' is invalid in the select list because it is not contained in either an aggregate function or the GROUP BY clause.`,
    );
  }
  if (expression.kind === 'subquery') throw notModelled('a subquery together with GROUP BY or an aggregate');
  for (const part of partsOf(expression)) checkReferences(part, keys, scope);
}
