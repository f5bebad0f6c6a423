import type { Value } from '../json.ts';
import { isReserved } from './cursor.ts';
import type { Expression, Query, Selection, Source } from './syntax.ts';

/** Writes an expression the way the gateway writes rewritten queries: operators in parentheses, double quotes. */
export function printExpression(expression: Expression): string {
  switch (expression.kind) {
    case 'literal':
      return printLiteral(expression.value);
    case 'parameter':
    case 'name':
      return expression.name;
    case 'placeholder':
      return expression.text;
    case 'member':
      return printExpression(expression.object) + printKey(expression.key);
    case 'array':
      return `[${printList(expression.elements)}]`;
    case 'object':
      return `{${expression.entries.map(({ name, value }) => `${JSON.stringify(name)}: ${printExpression(value)}`).join(', ')}}`;
    case 'unary':
      return `(${expression.operator} ${printExpression(expression.operand)})`;
    case 'binary':
      return `(${printExpression(expression.left)} ${expression.operator} ${printExpression(expression.right)})`;
    case 'conditional':
      return `(${printExpression(expression.test)} ? ${printExpression(expression.yes)} : ${printExpression(expression.no)})`;
    case 'in':
      return `(${printExpression(expression.subject)} IN (${printList(expression.options)}))`;
    case 'between':
      return `(${printExpression(expression.subject)} BETWEEN ${printExpression(expression.low)} AND ${printExpression(expression.high)})`;
    case 'like': {
      const escape = expression.escape === undefined ? '' : ` ESCAPE ${JSON.stringify(expression.escape)}`;
      return `(${printExpression(expression.subject)} LIKE ${printExpression(expression.pattern)}${escape})`;
    }
    case 'call':
      return `${expression.name}(${printList(expression.arguments)})`;
    case 'subquery':
      return `${expression.form === 'scalar' ? '' : expression.form}(${printQuery(expression.query)})`;
  }
}

/** Writes a query, a clause a line. */
export function printQuery(query: Query): string {
  const lines = [
    `SELECT ${query.distinct ? 'DISTINCT ' : ''}${query.top ? `TOP ${printExpression(query.top)} ` : ''}${printSelection(query.selection)}`,
  ];
  const [from, ...joins] = query.sources;
  if (from) lines.push(`FROM ${printSource(from)}`);
  for (const join of joins) lines.push(`JOIN ${printSource(join)}`);
  if (query.where) lines.push(`WHERE ${printExpression(query.where)}`);
  if (query.groupBy.length > 0) lines.push(`GROUP BY ${printList(query.groupBy)}`);
  if (query.orderBy.length > 0) {
    const items = query.orderBy.map(({ expression, direction }) =>
      [printExpression(expression), ...(direction ? [direction] : [])].join(' '),
    );
    lines.push(`ORDER BY ${items.join(', ')}`);
  }
  if (query.rank) lines.push(`ORDER BY RANK ${printExpression(query.rank)}`);
  if (query.offset && query.limit) {
    lines.push(`OFFSET ${printExpression(query.offset)} LIMIT ${printExpression(query.limit)}`);
  }
  return lines.join('\n');
}

function printSelection(selection: Selection): string {
  if (selection.kind === 'star') return '*';
  if (selection.kind === 'value') return `VALUE ${printExpression(selection.expression)}`;
  return selection.items
    .map(({ expression, alias }) => printExpression(expression) + (alias === undefined ? '' : ` AS ${alias}`))
    .join(', ');
}

function printSource(source: Source): string {
  if (source.kind === 'container') return source.alias;
  if (source.kind === 'elements') return `${source.alias} IN ${printExpression(source.of)}`;
  return `(${printQuery(source.query)}) AS ${source.alias}`;
}

function printList(expressions: readonly Expression[]): string {
  return expressions.map(printExpression).join(', ');
}

function printKey(key: string | number): string {
  if (typeof key === 'number') return `[${key}]`;
  return /^[A-Za-z_]\w*$/.test(key) && !isReserved(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}

function printLiteral(value: Value): string {
  if (value === undefined) return 'undefined';
  if (typeof value === 'number' && Math.abs(value) === UNRANKED) return value < 0 ? '-1.79769e+308' : '1.79769e+308';
  return JSON.stringify(value);
}

/** The score the gateway gives to what has none, so that it ranks last. */
export const UNRANKED = 1.79769e308;
