import { queryError } from '../failures.ts';
import { bm25, occurrences, termsOf } from '../full-text.ts';
import { isNumberArray, valueAt, type Value } from '../json.ts';
import { distanceFunctionOf, fitsPolicy, similarity, type DistanceFunction, type VectorPath } from '../vectors.ts';
import { DATE_FUNCTIONS } from './functions/dates.ts';
import type { FunctionTable } from './functions/function.ts';
import { STRING_FUNCTIONS } from './functions/strings.ts';
import { VALUE_FUNCTIONS } from './functions/values.ts';
import { isSamePath, itemPath, type Compiled, type Scope } from './scope.ts';
import { aggregateOf, type Expression } from './syntax.ts';

const FUNCTIONS: FunctionTable = { ...STRING_FUNCTIONS, ...VALUE_FUNCTIONS, ...DATE_FUNCTIONS };

type Call = Expression & { readonly kind: 'call' };
type Compiler = (expression: Expression, scope: Scope) => Compiled;

/** Compiles a function call; 400 for an unknown function, as the service answers. */
export function compileCall(call: Call, scope: Scope, compile: Compiler): Compiled {
  if (aggregateOf(call)) return compileAggregate(call, scope, compile);
  const name = call.name.toUpperCase();
  switch (name) {
    case 'VECTORDISTANCE':
    case '_VECTORSCORE':
      return compileDistance(call, scope, compile);
    case 'FULLTEXTCONTAINS':
      return compileTextSearch(call, scope, compile, 2, (found) => found.every(Boolean));
    case 'FULLTEXTCONTAINSALL':
      return compileTextSearch(call, scope, compile, 20, (found) => found.every(Boolean));
    case 'FULLTEXTCONTAINSANY':
      return compileTextSearch(call, scope, compile, 20, (found) => found.some(Boolean));
    case '_FULLTEXTWORDCOUNT':
      return compileWordCount(call, scope, compile);
    case '_FULLTEXTSCORE':
      return compileScore(call, scope, compile);
    case 'FULLTEXTSCORE':
    case 'RRF':
      throw queryError(`The ${call.name} function is only allowed in the ORDER BY RANK clause.`);
    default:
      return compileSystemFunction(call, scope, compile);
  }
}

function compileSystemFunction(call: Call, scope: Scope, compile: Compiler): Compiled {
  const name = call.name.toUpperCase();
  const known = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
  if (!known) throw queryError(`'${call.name}' is not a recognized built-in function name.`, 'SC2005');
  checkCount(call, known.least, known.most);
  const values = call.arguments.map((argument) => compile(argument, scope));
  const { clock } = scope.setting;
  return (environment) =>
    known.apply(
      values.map((value) => value(environment)),
      clock,
    );
}

function compileAggregate(call: Call, scope: Scope, compile: Compiler): Compiled {
  const kind = aggregateOf(call);
  const [argument] = call.arguments;
  checkCount(call, 1, 1);
  const { aggregates, ...inner } = scope;
  if (!kind || !argument || !aggregates) {
    throw queryError(`The aggregate ${call.name} is not allowed here: only in a SELECT list, and not inside another.`);
  }
  const index = aggregates.push({ kind, argument: compile(argument, inner) }) - 1;
  return (environment) => environment?.aggregates?.[index];
}

/** The vector policy of the property that a distance is measured to, and the function it is measured with. */
export function distanceOf(call: Call, scope: Scope): { policy: VectorPath | undefined; by: DistanceFunction } {
  const paths = call.arguments.slice(0, 2).map((argument) => itemPath(argument, scope));
  const policy = scope.setting.target.vectors.find((vector) =>
    paths.some((path) => path !== undefined && isSamePath(path, vector.path)),
  );
  const options = call.arguments[3];
  const stated = options && optionOf(options, 'distanceFunction', scope);
  const overridden = distanceFunctionOf(stated);
  if (stated !== undefined && !overridden)
    throw queryError(`The distance function ${JSON.stringify(stated)} is unknown.`);
  return { policy, by: overridden ?? policy?.distanceFunction ?? 'cosine' };
}

function optionOf(options: Expression, name: string, scope: Scope): Value {
  if (options.kind === 'parameter') return valueAt(scope.setting.parameters.get(options.name), [name]);
  if (options.kind !== 'object') throw queryError('The options of VectorDistance must be an object.');
  const value = options.entries.find((entry) => entry.name === name)?.value;
  return value?.kind === 'literal' ? value.value : undefined;
}

function compileDistance(call: Call, scope: Scope, compile: Compiler): Compiled {
  checkCount(call, 2, 4);
  const { policy, by } = distanceOf(call, scope);
  const sides = call.arguments.slice(0, 2).map((argument) => {
    const path = itemPath(argument, scope);
    return { value: compile(argument, scope), stored: policy && path && isSamePath(path, policy.path) };
  });
  for (const argument of call.arguments.slice(2)) compile(argument, scope);
  const [left, right] = sides;
  if (!left || !right) throw queryError('VectorDistance takes two vectors.');
  return (environment) => {
    const [first, second] = [left.value(environment), right.value(environment)];
    // What the policy's index would not take is stored, and never found.
    if (policy && left.stored && !fitsPolicy(first, policy)) return undefined;
    if (policy && right.stored && !fitsPolicy(second, policy)) return undefined;
    return similarity(first, second, by);
  };
}

/** Refuses a score over a property that the container's full-text policy does not name. */
export function checkFullTextPath(argument: Expression | undefined, scope: Scope, name: string): void {
  const path = argument && itemPath(argument, scope);
  if (path && scope.setting.target.fullTextPaths.some((known) => isSamePath(known, path))) return;
  throw queryError(`${name} needs a property path of the container's full-text policy as its first argument.`);
}

function compileTextSearch(
  call: Call,
  scope: Scope,
  compile: Compiler,
  most: number,
  decide: (found: boolean[]) => boolean,
): Compiled {
  checkCount(call, 2, most);
  // Published: without a policy and an index these functions work all the same, by a scan.
  const [subject, ...rest] = call.arguments;
  const text = subject && compile(subject, scope);
  const phrases = rest.map((phrase) => compile(phrase, scope));
  return (environment) => {
    const content = text?.(environment);
    const wanted = phrases.map((phrase) => phrase(environment)).filter((phrase) => typeof phrase === 'string');
    if (typeof content !== 'string' || wanted.length !== phrases.length) return undefined;
    return decide(wanted.map((phrase) => occurrences(content, phrase) > 0));
  };
}

function compileWordCount(call: Call, scope: Scope, compile: Compiler): Compiled {
  checkCount(call, 1, 1);
  const text = call.arguments.map((argument) => compile(argument, scope))[0];
  return (environment) => {
    const content = text?.(environment);
    return typeof content === 'string' ? termsOf(content).length : undefined;
  };
}

function compileScore(call: Call, scope: Scope, compile: Compiler): Compiled {
  checkCount(call, 5, 5);
  checkFullTextPath(call.arguments[0], scope, call.name);
  const values = call.arguments.map((argument) => compile(argument, scope));
  return (environment) => {
    const [content, phrases, documentCount, totalWordCount, hitCounts] = values.map((value) => value(environment));
    const wanted = Array.isArray(phrases) ? phrases.filter((phrase) => typeof phrase === 'string') : [];
    if (typeof content !== 'string' || typeof documentCount !== 'number' || typeof totalWordCount !== 'number') {
      return undefined;
    }
    return isNumberArray(hitCounts) ? bm25(content, wanted, { documentCount, totalWordCount, hitCounts }) : undefined;
  };
}

function checkCount(call: Call, least: number, most: number): void {
  const count = call.arguments.length;
  if (count >= least && count <= most) return;
  const expected = least === most ? String(least) : `${least} to ${most}`;
  throw queryError(`The ${call.name} function requires ${expected} argument(s), but got: ${count}`);
}
