import type { JsonObject } from '../json.ts';
import { compileExpression } from './compile-expression.ts';
import { isSamePath, itemPath, type Scope } from './scope.ts';
import { partsOf, some, type Expression } from './syntax.ts';

/** What the range index can tell about WHERE. */
export type ServedFilter = {
  /** Whether the index alone can tell that an item is not wanted, so that it is not loaded. */
  readonly ruledOut: (item: JsonObject) => boolean;
  /** Whether the index answers all of WHERE. */
  readonly complete: boolean;
};

/**
 * The part of WHERE that the range index answers. An item that it rules out is not loaded and costs nothing; a
 * condition on an excluded path still filters, but only after every remaining item was loaded: a scan.
 */
export function compileServedFilter(
  conditions: readonly Expression[],
  container: string | undefined,
  scope: Scope,
): ServedFilter {
  if (container === undefined) return { ruledOut: () => false, complete: true };
  const own: Scope = { ...scope, names: new Map([[container, true]]) };
  const served = conditions
    .filter((condition) => isServed(condition, own))
    .map((condition) => compileExpression(condition, own));
  return {
    ruledOut: (value) => served.some((condition) => condition({ name: container, value }) !== true),
    complete: served.length === conditions.length,
  };
}

function isServed(condition: Expression, scope: Scope): boolean {
  const foreign = some(condition, (part) => {
    return part.kind === 'subquery' || (part.kind === 'name' && !scope.names.has(part.name));
  });
  return !foreign && some(condition, (part) => itemPath(part, scope) !== undefined) && isIndexed(condition, scope);
}

function isIndexed(expression: Expression, scope: Scope): boolean {
  const { index, fullTextPaths } = scope.setting.target;
  const path = itemPath(expression, scope);
  if (path) return index.isIndexed(path);
  if (expression.kind !== 'call' || !expression.name.toUpperCase().startsWith('FULLTEXTCONTAINS')) {
    return partsOf(expression).every((part) => isIndexed(part, scope));
  }
  const text = expression.arguments[0] && itemPath(expression.arguments[0], scope);
  return text !== undefined && fullTextPaths.some((known) => isSamePath(known, text));
}
