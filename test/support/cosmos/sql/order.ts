import { indexError, notModelled, queryError } from '../failures.ts';
import { isAscending } from '../vectors.ts';
import { distanceOf } from './compile-call.ts';
import { compileExpression } from './compile-expression.ts';
import { isSamePath, itemPath, type Compiled, type Scope } from './scope.ts';
import { conjuncts, type Expression, type OrderItem, type Query } from './syntax.ts';

/** One thing to sort by. */
export type SortKey = {
  readonly value: Compiled;
  readonly descending: boolean;
  /** Whether rows without it are part of the result. */
  readonly keepsUndefined: boolean;
};

type Call = Expression & { readonly kind: 'call' };

/** Whether an expression is one of the scores that only a vector or text index can sort by. */
export function isScore(expression: Expression): expression is Call {
  return (
    expression.kind === 'call' &&
    ['VECTORDISTANCE', '_VECTORSCORE', '_FULLTEXTSCORE'].includes(expression.name.toUpperCase())
  );
}

/** Compiles ORDER BY; 400 when no index serves it. */
export function compileOrder(query: Query, scope: Scope): SortKey[] {
  const { orderBy } = query;
  const [first] = orderBy;
  if (!first) return [];
  if (isScore(first.expression)) {
    if (orderBy.length > 1) throw notModelled('a score beside other ORDER BY items');
    return [compileScoreKey(first, first.expression, query, scope)];
  }
  const { index } = scope.setting.target;
  const items = orderBy.map(({ expression, direction }) => {
    const path = itemPath(expression, scope);
    if (!path || path.length === 0 || path.includes('[]')) {
      throw queryError('Unsupported ORDER BY clause. ORDER BY item expression could not be mapped to a document path.');
    }
    return { path, expression, descending: direction === 'DESC' };
  });
  if (query.sources.length > 1) throw queryError('Order-by over correlated collections is not supported.');
  if (items.length > 1 && !index.hasComposite(items)) {
    throw indexError('The order by query does not have a corresponding composite index that it can be served from.');
  }
  if (items.length === 1 && items.some(({ path }) => !index.isIndexed(path))) {
    throw indexError('The index path corresponding to the specified order-by item is excluded.');
  }
  return items.map(({ expression, path, descending }) => ({
    value: compileExpression(expression, scope),
    descending,
    keepsUndefined: index.isNamed(path),
  }));
}

function compileScoreKey(item: OrderItem, call: Call, query: Query, scope: Scope): SortKey {
  const value = compileExpression(call, scope);
  const name = call.name.toUpperCase();
  if (name === '_FULLTEXTSCORE') return { value, descending: item.direction === 'DESC', keepsUndefined: true };
  if (name === 'VECTORDISTANCE' && item.direction) {
    // The most alike always come first; what the service makes of a direction is not published.
    throw notModelled('ASC or DESC after VectorDistance');
  }
  const { policy, by } = distanceOf(call, scope);
  for (const path of policy?.shardKey ?? []) {
    if (conjuncts(query.where).some((part) => fixes(part, path, scope))) continue;
    throw queryError(
      `The vector index on /${policy?.path.join('/') ?? ''} is sharded: WHERE must state the value of /${path.join('/')}.`,
    );
  }
  const natural = !isAscending(by);
  const descending = item.direction ? item.direction === 'DESC' : natural;
  return { value, descending, keepsUndefined: scope.setting.itemsWithoutVector === 'last' };
}

function fixes(part: Expression, wanted: readonly string[], scope: Scope): boolean {
  if (part.kind !== 'binary' || part.operator !== '=') return false;
  return [part.left, part.right].some((side) => {
    const path = itemPath(side, scope);
    return path !== undefined && isSamePath(path, wanted);
  });
}
