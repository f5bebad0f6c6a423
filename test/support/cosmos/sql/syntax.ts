import type { Json } from '../json.ts';

/** An operator between two operands. */
export type BinaryOperator =
  'OR' | 'AND' | '=' | '!=' | '<' | '<=' | '>' | '>=' | '||' | '+' | '-' | '*' | '/' | '%' | '&' | '|' | '^' | '??';

/** A scalar expression. */
export type Expression =
  | { readonly kind: 'literal'; readonly value: Json | undefined }
  | { readonly kind: 'parameter'; readonly name: string }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'member'; readonly object: Expression; readonly key: string | number }
  | { readonly kind: 'array'; readonly elements: readonly Expression[] }
  | { readonly kind: 'object'; readonly entries: readonly ObjectEntry[] }
  | { readonly kind: 'unary'; readonly operator: 'NOT' | '-' | '+' | '~'; readonly operand: Expression }
  | {
      readonly kind: 'binary';
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly kind: 'conditional'; readonly test: Expression; readonly yes: Expression; readonly no: Expression }
  | { readonly kind: 'in'; readonly subject: Expression; readonly options: readonly Expression[] }
  | { readonly kind: 'between'; readonly subject: Expression; readonly low: Expression; readonly high: Expression }
  | { readonly kind: 'like'; readonly subject: Expression; readonly pattern: Expression; readonly escape?: string }
  | { readonly kind: 'call'; readonly name: string; readonly arguments: readonly Expression[] }
  | { readonly kind: 'subquery'; readonly form: 'EXISTS' | 'ARRAY' | 'scalar'; readonly query: Query }
  /** Text that is only ever printed: the placeholders that the SDK fills in a rewritten query. */
  | { readonly kind: 'placeholder'; readonly text: string };

/** A property of an object literal. */
export type ObjectEntry = { readonly name: string; readonly value: Expression };

/** What a query projects. */
export type Selection =
  | { readonly kind: 'star' }
  | { readonly kind: 'value'; readonly expression: Expression }
  | { readonly kind: 'list'; readonly items: readonly SelectItem[] };

/** One projected expression and the name it gets, if it was given one. */
export type SelectItem = { readonly expression: Expression; readonly alias?: string };

/** Where rows come from. The first source of a query is its FROM, the others are JOINs. */
export type Source =
  | { readonly kind: 'container'; readonly alias: string }
  | { readonly kind: 'elements'; readonly alias: string; readonly of: Expression }
  | { readonly kind: 'query'; readonly alias: string; readonly query: Query };

/** One expression to sort by; `direction` as written. */
export type OrderItem = { readonly expression: Expression; readonly direction?: 'ASC' | 'DESC' };

/** A whole query. */
export type Query = {
  readonly distinct: boolean;
  readonly top?: Expression | undefined;
  readonly selection: Selection;
  readonly sources: readonly Source[];
  readonly where?: Expression | undefined;
  readonly groupBy: readonly Expression[];
  readonly orderBy: readonly OrderItem[];
  /** The scoring function of ORDER BY RANK. */
  readonly rank?: Expression | undefined;
  readonly offset?: Expression | undefined;
  readonly limit?: Expression | undefined;
};

/** Names of the aggregate functions, and what a query plan calls them. */
export const AGGREGATES = {
  COUNT: 'Count',
  SUM: 'Sum',
  MIN: 'Min',
  MAX: 'Max',
  AVG: 'Average',
  COUNTIF: 'CountIf',
} as const;

/** The aggregate that a call is, if it is one. */
export function aggregateOf(expression: Expression): keyof typeof AGGREGATES | undefined {
  if (expression.kind !== 'call') return undefined;
  const name = expression.name.toUpperCase();
  return isAggregateName(name) ? name : undefined;
}

function isAggregateName(name: string): name is keyof typeof AGGREGATES {
  return Object.hasOwn(AGGREGATES, name);
}

/** The expressions directly inside an expression; subqueries are not entered. */
export function partsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'literal':
    case 'parameter':
    case 'name':
    case 'placeholder':
    case 'subquery':
      return [];
    case 'member':
      return [expression.object];
    case 'array':
      return expression.elements;
    case 'object':
      return expression.entries.map(({ value }) => value);
    case 'unary':
      return [expression.operand];
    case 'binary':
      return [expression.left, expression.right];
    case 'conditional':
      return [expression.test, expression.yes, expression.no];
    case 'in':
      return [expression.subject, ...expression.options];
    case 'between':
      return [expression.subject, expression.low, expression.high];
    case 'like':
      return [expression.subject, expression.pattern];
    case 'call':
      return expression.arguments;
  }
}

/** Whether an expression or anything inside it satisfies a test; subqueries are not entered. */
export function some(expression: Expression, test: (part: Expression) => boolean): boolean {
  return test(expression) || partsOf(expression).some((part) => some(part, test));
}

/** The name and property path of `c.a.b`; undefined for any other expression. Array positions are `[]`. */
export function pathOf(expression: Expression): { readonly root: string; readonly path: string[] } | undefined {
  if (expression.kind === 'name') return { root: expression.name, path: [] };
  if (expression.kind !== 'member') return undefined;
  const outer = pathOf(expression.object);
  const segment = typeof expression.key === 'number' ? '[]' : expression.key;
  return outer && { root: outer.root, path: [...outer.path, segment] };
}

/** The conditions that must all hold: the parts of a chain of ANDs. */
export function conjuncts(where: Expression | undefined): readonly Expression[] {
  if (where === undefined) return [];
  if (where.kind === 'binary' && where.operator === 'AND') return [...conjuncts(where.left), ...conjuncts(where.right)];
  return [where];
}
