import { notModelled } from '../failures.ts';
import { isReserved, type Cursor } from './cursor.ts';
import { syntaxError } from './lexer.ts';
import type { BinaryOperator, Expression, ObjectEntry, Query } from './syntax.ts';

/** Reads a SELECT at the cursor; given to the expression parser for subqueries. */
export type QueryParser = (cursor: Cursor) => Query;

const COMPARISONS: readonly BinaryOperator[] = ['=', '!=', '<=', '>=', '<', '>'];
// From the loosest to the tightest of the operators between two numbers or strings.
const ARITHMETIC: readonly (readonly BinaryOperator[])[] = [['|'], ['^'], ['&'], ['||', '+', '-'], ['*', '/', '%']];

/** Reads one scalar expression. */
export function parseExpression(cursor: Cursor, query: QueryParser): Expression {
  const test = parseCoalesce(cursor, query);
  if (!cursor.symbol('?')) return test;
  const yes = parseExpression(cursor, query);
  cursor.expect(':');
  return { kind: 'conditional', test, yes, no: parseExpression(cursor, query) };
}

function parseCoalesce(cursor: Cursor, query: QueryParser): Expression {
  let left = parseOr(cursor, query);
  while (cursor.symbol('??')) left = { kind: 'binary', operator: '??', left, right: parseOr(cursor, query) };
  return left;
}

function parseOr(cursor: Cursor, query: QueryParser): Expression {
  let left = parseAnd(cursor, query);
  while (cursor.keyword('OR')) left = { kind: 'binary', operator: 'OR', left, right: parseAnd(cursor, query) };
  return left;
}

function parseAnd(cursor: Cursor, query: QueryParser): Expression {
  let left = parseNot(cursor, query);
  while (cursor.keyword('AND')) left = { kind: 'binary', operator: 'AND', left, right: parseNot(cursor, query) };
  return left;
}

function parseNot(cursor: Cursor, query: QueryParser): Expression {
  return cursor.keyword('NOT') ? not(parseNot(cursor, query)) : parseComparison(cursor, query);
}

function parseComparison(cursor: Cursor, query: QueryParser): Expression {
  let left = parseArithmetic(cursor, query, 0);
  for (;;) {
    const operator = COMPARISONS.find((symbol) => cursor.symbol(symbol));
    if (operator) {
      left = { kind: 'binary', operator, left, right: parseArithmetic(cursor, query, 0) };
      continue;
    }
    const negated = cursor.isKeyword('NOT') && ['IN', 'BETWEEN', 'LIKE'].some((word) => cursor.isKeyword(word, 1));
    if (negated) cursor.next();
    const predicate = parsePredicate(cursor, query, left);
    if (!predicate) return left;
    left = negated ? not(predicate) : predicate;
  }
}

function parsePredicate(cursor: Cursor, query: QueryParser, subject: Expression): Expression | undefined {
  if (cursor.keyword('IN')) {
    cursor.expect('(');
    return { kind: 'in', subject, options: parseList(cursor, query, ')') };
  }
  if (cursor.keyword('BETWEEN')) {
    const low = parseArithmetic(cursor, query, 0);
    cursor.expect('AND');
    return { kind: 'between', subject, low, high: parseArithmetic(cursor, query, 0) };
  }
  if (!cursor.keyword('LIKE')) return undefined;
  const pattern = parseArithmetic(cursor, query, 0);
  if (!cursor.keyword('ESCAPE')) return { kind: 'like', subject, pattern };
  const escape = cursor.next();
  if (escape.kind !== 'string' || escape.value.length !== 1) throw syntaxError(escape.text);
  return { kind: 'like', subject, pattern, escape: escape.value };
}

function parseArithmetic(cursor: Cursor, query: QueryParser, level: number): Expression {
  const operators = ARITHMETIC[level];
  if (!operators) return parseUnary(cursor, query);
  let left = parseArithmetic(cursor, query, level + 1);
  for (;;) {
    const operator = operators.find((symbol) => cursor.symbol(symbol));
    if (!operator) return left;
    left = { kind: 'binary', operator, left, right: parseArithmetic(cursor, query, level + 1) };
  }
}

function parseUnary(cursor: Cursor, query: QueryParser): Expression {
  if (cursor.symbol('-')) {
    const operand = parseUnary(cursor, query);
    if (operand.kind === 'literal' && typeof operand.value === 'number') return literal(-operand.value);
    return { kind: 'unary', operator: '-', operand };
  }
  if (cursor.symbol('+')) return { kind: 'unary', operator: '+', operand: parseUnary(cursor, query) };
  if (cursor.symbol('~')) return { kind: 'unary', operator: '~', operand: parseUnary(cursor, query) };
  return parseMembers(cursor, parsePrimary(cursor, query));
}

function parseMembers(cursor: Cursor, start: Expression): Expression {
  let object = start;
  for (;;) {
    if (cursor.symbol('.')) {
      // A reserved word is no name here, either: c["value"].
      object = { kind: 'member', object, key: cursor.identifier() };
    } else if (cursor.symbol('[')) {
      const key = cursor.next();
      if (key.kind === 'parameter') throw notModelled('property access by parameter');
      if (key.kind !== 'string' && key.kind !== 'number') throw syntaxError(key.text);
      cursor.expect(']');
      object = { kind: 'member', object, key: key.value };
    } else return object;
  }
}

function parsePrimary(cursor: Cursor, query: QueryParser): Expression {
  if (cursor.symbol('(')) {
    if (cursor.isKeyword('SELECT')) return closeSubquery(cursor, query, 'scalar');
    const inner = parseExpression(cursor, query);
    cursor.expect(')');
    return inner;
  }
  if (cursor.symbol('[')) return { kind: 'array', elements: parseList(cursor, query, ']') };
  if (cursor.symbol('{')) return { kind: 'object', entries: parseEntries(cursor, query) };
  const token = cursor.next();
  if (token.kind === 'string' || token.kind === 'number') return literal(token.value);
  if (token.kind === 'parameter') return { kind: 'parameter', name: token.text };
  if (token.kind !== 'name') throw syntaxError(token.text);
  return parseWord(cursor, query, token.text);
}

function parseWord(cursor: Cursor, query: QueryParser, word: string): Expression {
  const upper = word.toUpperCase();
  if (upper === 'UDF') throw notModelled('user-defined functions');
  if (cursor.symbol('(')) {
    if (upper === 'EXISTS' || upper === 'ARRAY') return closeSubquery(cursor, query, upper);
    if (isReserved(word) && upper !== 'LEFT' && upper !== 'RIGHT') throw syntaxError(word);
    return { kind: 'call', name: word, arguments: parseList(cursor, query, ')') };
  }
  if (upper === 'TRUE') return literal(true);
  if (upper === 'FALSE') return literal(false);
  if (upper === 'NULL') return literal(null);
  if (upper === 'UNDEFINED') return literal(undefined);
  if (isReserved(word)) throw syntaxError(word);
  return { kind: 'name', name: word };
}

function parseEntries(cursor: Cursor, query: QueryParser): ObjectEntry[] {
  const entries: ObjectEntry[] = [];
  while (!cursor.symbol('}')) {
    if (entries.length > 0) cursor.expect(',');
    const name = cursor.next();
    if (name.kind !== 'name' && name.kind !== 'string') throw syntaxError(name.text);
    cursor.expect(':');
    entries.push({ name: name.kind === 'string' ? name.value : name.text, value: parseExpression(cursor, query) });
  }
  return entries;
}

function parseList(cursor: Cursor, query: QueryParser, close: ')' | ']'): Expression[] {
  const list: Expression[] = [];
  while (!cursor.symbol(close)) {
    if (list.length > 0) cursor.expect(',');
    list.push(parseExpression(cursor, query));
  }
  return list;
}

function closeSubquery(cursor: Cursor, query: QueryParser, form: 'EXISTS' | 'ARRAY' | 'scalar'): Expression {
  const inner = query(cursor);
  cursor.expect(')');
  return { kind: 'subquery', form, query: inner };
}

function literal(value: string | number | boolean | null | undefined): Expression {
  return { kind: 'literal', value };
}

function not(operand: Expression): Expression {
  return { kind: 'unary', operator: 'NOT', operand };
}
