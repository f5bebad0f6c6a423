import { notModelled, queryError } from '../failures.ts';
import { cursorOver, isReserved, type Cursor } from './cursor.ts';
import { syntaxError, tokenize } from './lexer.ts';
import { parseExpression } from './parse-expression.ts';
import type { Expression, OrderItem, Query, SelectItem, Selection, Source } from './syntax.ts';

// Published limit of the length of a query text.
const TEXT_LIMIT = 512 * 1024;

/** Reads a query text; 400 for anything that is not in the modelled subset. */
export function parseQuery(text: string): Query {
  if (text.length > TEXT_LIMIT) throw queryError(`The SQL query text exceeded the maximum limit of ${TEXT_LIMIT}.`);
  const cursor = cursorOver(tokenize(text));
  const query = parseSelect(cursor);
  if (cursor.peek().kind !== 'end') throw syntaxError(cursor.peek().text);
  return query;
}

/** Reads the condition of a conditional patch: `from c where …`. */
export function parseCondition(text: string): { alias: string; where: Expression } {
  const cursor = cursorOver(tokenize(text));
  cursor.expect('FROM');
  const alias = cursor.identifier();
  cursor.expect('WHERE');
  const where = parseScalar(cursor);
  if (cursor.peek().kind !== 'end') throw syntaxError(cursor.peek().text);
  return { alias, where };
}

function parseScalar(cursor: Cursor): Expression {
  return parseExpression(cursor, parseSelect);
}

function parseSelect(cursor: Cursor): Query {
  cursor.expect('SELECT');
  const distinct = cursor.keyword('DISTINCT');
  const top = cursor.keyword('TOP') ? parseCount(cursor) : undefined;
  const selection = parseSelection(cursor);
  const sources = cursor.keyword('FROM') ? parseSources(cursor) : [];
  const where = cursor.keyword('WHERE') ? parseScalar(cursor) : undefined;
  const groupBy = parseGroupBy(cursor);
  const order = parseOrder(cursor);
  const page = parsePage(cursor);
  if (top && page) throw queryError('TOP and OFFSET LIMIT cannot be used in the same query.');
  return {
    distinct,
    selection,
    sources,
    groupBy,
    ...order,
    ...page,
    ...(top ? { top } : {}),
    ...(where ? { where } : {}),
  };
}

function parseSelection(cursor: Cursor): Selection {
  if (cursor.symbol('*')) {
    if (cursor.symbol(',')) throw syntaxError(',');
    return { kind: 'star' };
  }
  if (cursor.keyword('VALUE')) return { kind: 'value', expression: parseScalar(cursor) };
  const items: SelectItem[] = [];
  do {
    const expression = parseScalar(cursor);
    items.push(cursor.keyword('AS') ? { expression, alias: cursor.identifier() } : { expression });
    const ahead = cursor.peek();
    if (ahead.kind === 'name' && !isReserved(ahead.text)) {
      items.splice(-1, 1, { expression, alias: cursor.identifier() });
    }
  } while (cursor.symbol(','));
  return { kind: 'list', items };
}

function parseSources(cursor: Cursor): Source[] {
  const sources = [parseSource(cursor, true)];
  while (cursor.keyword('JOIN')) sources.push(parseSource(cursor, false));
  if (cursor.symbol(',')) throw notModelled('a comma in FROM');
  return sources;
}

function parseSource(cursor: Cursor, first: boolean): Source {
  if (cursor.symbol('(')) {
    if (first) throw notModelled('a subquery in FROM');
    const query = parseSelect(cursor);
    cursor.expect(')');
    cursor.keyword('AS');
    return { kind: 'query', alias: cursor.identifier(), query };
  }
  const name = cursor.identifier();
  if (cursor.keyword('IN')) return { kind: 'elements', alias: name, of: parseScalar(cursor) };
  if (!first) throw notModelled('a JOIN without IN');
  if (cursor.symbol('.') || cursor.symbol('[')) throw notModelled('a property path in FROM');
  const renamed = cursor.keyword('AS') || (cursor.peek().kind === 'name' && !isReserved(cursor.peek().text));
  return { kind: 'container', alias: renamed ? cursor.identifier() : name };
}

function parseGroupBy(cursor: Cursor): Expression[] {
  if (!cursor.keyword('GROUP')) return [];
  cursor.expect('BY');
  const expressions = [parseScalar(cursor)];
  while (cursor.symbol(',')) expressions.push(parseScalar(cursor));
  return expressions;
}

function parseOrder(cursor: Cursor): { orderBy: OrderItem[]; rank?: Expression } {
  if (!cursor.keyword('ORDER')) return { orderBy: [] };
  cursor.expect('BY');
  if (cursor.isKeyword('RANK') && cursor.peek(1).kind === 'name') {
    cursor.next();
    return { orderBy: [], rank: parseScalar(cursor) };
  }
  const orderBy: OrderItem[] = [];
  do {
    const expression = parseScalar(cursor);
    if (cursor.keyword('DESC')) orderBy.push({ expression, direction: 'DESC' });
    else orderBy.push(cursor.keyword('ASC') ? { expression, direction: 'ASC' } : { expression });
  } while (cursor.symbol(','));
  return { orderBy };
}

function parsePage(cursor: Cursor): { offset: Expression; limit: Expression } | undefined {
  if (!cursor.keyword('OFFSET')) return undefined;
  const offset = parseCount(cursor);
  cursor.expect('LIMIT');
  return { offset, limit: parseCount(cursor) };
}

function parseCount(cursor: Cursor): Expression {
  const token = cursor.next();
  if (token.kind === 'parameter') return { kind: 'parameter', name: token.text };
  if (token.kind !== 'number' || !Number.isInteger(token.value)) throw syntaxError(token.text);
  return { kind: 'literal', value: token.value };
}
