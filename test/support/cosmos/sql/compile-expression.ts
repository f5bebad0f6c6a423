import { queryError } from '../failures.ts';
import { isObject, type Json, type JsonObject, type Value } from '../json.ts';
import { compileCall } from './compile-call.ts';
import { and, equals, or, relation } from './compare.ts';
import { like } from './functions/strings.ts';
import type { Compiled, Environment, Scope } from './scope.ts';
import type { BinaryOperator, Expression } from './syntax.ts';

/** Turns an expression into a function of a row; 400 for a name, function or form that is not known. */
export function compileExpression(expression: Expression, scope: Scope): Compiled {
  const compile = (part: Expression): Compiled => compileExpression(part, scope);
  switch (expression.kind) {
    case 'literal': {
      const { value } = expression;
      return () => value;
    }
    case 'parameter': {
      const value = parameterOf(expression.name, scope);
      return () => value;
    }
    case 'name':
      return compileName(expression.name, scope);
    case 'member':
      return compileMember(compile(expression.object), expression.key);
    case 'array':
      return compileArray(expression.elements.map(compile));
    case 'object':
      return compileObject(expression.entries.map(({ name, value }) => [name, compile(value)]));
    case 'unary':
      return compileUnary(expression.operator, compile(expression.operand));
    case 'binary':
      return compileBinary(expression.operator, compile(expression.left), compile(expression.right));
    case 'conditional': {
      const [test, yes, no] = [compile(expression.test), compile(expression.yes), compile(expression.no)];
      return (environment) => (test(environment) === true ? yes(environment) : no(environment));
    }
    case 'in': {
      const subject = compile(expression.subject);
      const options = expression.options.map(compile);
      return (environment) => {
        const value = subject(environment);
        return options.reduce<Value>((found, option) => or(found, equals(value, option(environment))), false);
      };
    }
    case 'between': {
      const [subject, low, high] = [compile(expression.subject), compile(expression.low), compile(expression.high)];
      return (environment) => {
        const value = subject(environment);
        return and(relation('>=', value, low(environment)), relation('<=', value, high(environment)));
      };
    }
    case 'like': {
      const [subject, pattern] = [compile(expression.subject), compile(expression.pattern)];
      return (environment) => like(subject(environment), pattern(environment), expression.escape);
    }
    case 'call':
      return compileCall(expression, scope, compileExpression);
    case 'subquery': {
      const rows = scope.subquery(expression.query, scope);
      if (expression.form === 'EXISTS') return (environment) => rows(environment).length > 0;
      if (expression.form === 'ARRAY') return (environment) => rows(environment).filter((row) => row !== undefined);
      return (environment) => rows(environment)[0];
    }
    case 'placeholder':
      throw queryError(`Syntax error, incorrect syntax near '${expression.text}'.`, 'SC1001');
  }
}

function parameterOf(name: string, scope: Scope): Value {
  if (!scope.setting.parameters.has(name)) throw queryError(`The parameter '${name}' has no value.`);
  return scope.setting.parameters.get(name);
}

function compileName(name: string, scope: Scope): Compiled {
  if (!scope.names.has(name)) throw queryError(`Identifier '${name}' could not be resolved.`, 'SC2001');
  return (environment) => {
    let current: Environment | undefined = environment;
    while (current && current.name !== name) current = current.outer;
    return current?.value;
  };
}

function compileMember(object: Compiled, key: string | number): Compiled {
  return (environment) => {
    const value = object(environment);
    if (typeof key === 'number') return Array.isArray(value) ? value[key] : undefined;
    return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  };
}

function compileArray(elements: readonly Compiled[]): Compiled {
  return (environment) => {
    const array: Json[] = [];
    for (const element of elements) {
      const value = element(environment);
      if (value !== undefined) array.push(value);
    }
    return array;
  };
}

function compileObject(entries: readonly (readonly [string, Compiled])[]): Compiled {
  return (environment) => {
    const object: JsonObject = {};
    for (const [name, entry] of entries) {
      const value = entry(environment);
      if (value !== undefined) object[name] = value;
    }
    return object;
  };
}

function compileUnary(operator: 'NOT' | '-' | '+' | '~', operand: Compiled): Compiled {
  return (environment) => {
    const value = operand(environment);
    if (operator === 'NOT') return typeof value === 'boolean' ? !value : undefined;
    if (typeof value !== 'number') return undefined;
    if (operator === '~') return ~value;
    return operator === '-' ? -value : value;
  };
}

function compileBinary(operator: BinaryOperator, left: Compiled, right: Compiled): Compiled {
  switch (operator) {
    case 'AND':
      return (environment) => {
        const first = left(environment);
        return first === false ? false : and(first, right(environment));
      };
    case 'OR':
      return (environment) => {
        const first = left(environment);
        return first === true ? true : or(first, right(environment));
      };
    case '??':
      // Only undefined is filled in: null is a value.
      return (environment) => {
        const first = left(environment);
        return first === undefined ? right(environment) : first;
      };
    case '=':
      return (environment) => equals(left(environment), right(environment));
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return (environment) => relation(operator, left(environment), right(environment));
    default:
      return (environment) => calculate(operator, left(environment), right(environment));
  }
}

function calculate(operator: '||' | '+' | '-' | '*' | '/' | '%' | '&' | '|' | '^', left: Value, right: Value): Value {
  if (operator === '||') return typeof left === 'string' && typeof right === 'string' ? left + right : undefined;
  if (typeof left !== 'number' || typeof right !== 'number') return undefined;
  const result = arithmetic(operator, left, right);
  return Number.isFinite(result) ? result : undefined;
}

function arithmetic(operator: '+' | '-' | '*' | '/' | '%' | '&' | '|' | '^', left: number, right: number): number {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return left / right;
    case '%':
      return left % right;
    case '&':
      return left & right;
    case '|':
      return left | right;
    case '^':
      return left ^ right;
  }
}
