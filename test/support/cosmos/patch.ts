import type { Clock } from './clock.ts';
import type { ContainerShape } from './containers.ts';
import { badRequest, CosmosFailure, notModelled } from './failures.ts';
import { isObject, type Json, type JsonObject, type Value } from './json.ts';
import { compileQuery } from './sql/compile-query.ts';
import { parseCondition } from './sql/parse-query.ts';

/** One operation of a patch. */
export type PatchOperation = { readonly op: string; readonly path: readonly string[]; readonly value: Value };

/** A patch, checked. */
export type Patch = { readonly operations: readonly PatchOperation[]; readonly condition: string | undefined };

const OPERATION_LIMIT = 10;
const FIXED = new Set(['id', '_rid', '_self', '_etag', '_attachments', '_ts']);

/** Reads a patch: `{operations, condition}` or just the operations; 400 for one the service refuses. */
export function readPatch(body: Value, keyPaths: readonly (readonly string[])[]): Patch {
  const list = isObject(body) ? body['operations'] : body;
  const condition = isObject(body) ? body['condition'] : undefined;
  if (!Array.isArray(list) || list.length === 0 || list.length > OPERATION_LIMIT) {
    throw badRequest(
      `A patch has 1 to ${OPERATION_LIMIT} operations, but got: ${Array.isArray(list) ? list.length : 0}`,
    );
  }
  if (condition !== undefined && typeof condition !== 'string') throw badRequest('The condition of a patch is a text.');
  return { operations: list.map((entry) => readOperation(entry, keyPaths)), condition };
}

/** Refuses a patch whose condition is not true of the item: 412. */
export function checkPatchCondition(condition: string, item: JsonObject, shape: ContainerShape, clock: Clock): void {
  const { alias, where } = parseCondition(condition);
  const { run } = compileQuery(
    {
      distinct: false,
      selection: { kind: 'value', expression: { kind: 'literal', value: 1 } },
      sources: [{ kind: 'container', alias }],
      where,
      groupBy: [],
      orderBy: [],
    },
    { target: shape, parameters: new Map(), clock, itemsWithoutVector: 'omitted' },
  );
  if (run([item]).length === 0) {
    throw new CosmosFailure(412, 'Operation cannot be performed because the condition of the patch is not met.');
  }
}

/** Gives a copy of an item with the operations done, in order; 400 when one cannot be. */
export function applyPatch(item: JsonObject, operations: readonly PatchOperation[]): JsonObject {
  const patched = structuredClone(item);
  for (const operation of operations) applyOperation(patched, operation);
  return patched;
}

function readOperation(entry: Json, keyPaths: readonly (readonly string[])[]): PatchOperation {
  const { op, path, value } = isObject(entry)
    ? { op: entry['op'], path: entry['path'], value: entry['value'] }
    : { op: undefined, path: undefined, value: undefined };
  if (op === 'move') throw notModelled('the patch operation move');
  if (typeof op !== 'string' || !['add', 'set', 'replace', 'remove', 'incr'].includes(op)) {
    throw badRequest(`The patch operation ${JSON.stringify(op)} is unknown.`);
  }
  if (typeof path !== 'string' || !/^(\/[^/]+)+$/.test(path)) {
    throw badRequest(`The patch path ${JSON.stringify(path)} is invalid.`);
  }
  if (op !== 'remove' && value === undefined) throw badRequest(`The patch operation '${op}' needs a value.`);
  const segments = path.slice(1).split('/').map(unescapePointer);
  const [first = ''] = segments;
  if (FIXED.has(first) || keyPaths.some((key) => isPrefix(segments, key) || isPrefix(key, segments))) {
    throw badRequest(`The property ${path} cannot be patched.`);
  }
  return { op, path: segments, value };
}

function applyOperation(root: JsonObject, { op, path, value }: PatchOperation): void {
  const shown = `/${path.join('/')}`;
  const name = path.at(-1) ?? '';
  let parent: Value = root;
  for (const segment of path.slice(0, -1)) {
    parent = Array.isArray(parent) ? parent[Number(segment)] : isObject(parent) ? parent[segment] : undefined;
  }
  if (Array.isArray(parent)) patchElement(parent, name, op, value, shown);
  else if (isObject(parent)) patchProperty(parent, name, op, value, shown);
  else throw badRequest(`For the patch operation '${op}', the parent of ${shown} does not exist.`);
}

function patchProperty(parent: JsonObject, name: string, op: string, value: Value, shown: string): void {
  const before = Object.hasOwn(parent, name) ? parent[name] : undefined;
  if ((op === 'remove' || op === 'replace') && before === undefined) {
    throw badRequest(`For the patch operation '${op}', the path ${shown} does not exist.`);
  }
  if (op === 'remove') Reflect.deleteProperty(parent, name);
  else if (op === 'incr') parent[name] = increment(before, value, shown);
  else if (value !== undefined) parent[name] = value;
}

function patchElement(parent: Json[], name: string, op: string, value: Value, shown: string): void {
  const index = name === '-' && op === 'add' ? parent.length : Number(name);
  const last = op === 'add' ? parent.length : parent.length - 1;
  if (!Number.isInteger(index) || index < 0 || index > last) {
    throw badRequest(`For the patch operation '${op}', the position ${shown} does not exist.`);
  }
  if (op === 'remove') parent.splice(index, 1);
  else if (op === 'incr') parent[index] = increment(parent[index], value, shown);
  else if (value !== undefined) parent.splice(index, op === 'add' ? 0 : 1, value);
}

// Published: a property that is not there is set to the value.
function increment(before: Value, value: Value, shown: string): number {
  if (typeof value === 'number' && before === undefined) return value;
  if (typeof value === 'number' && typeof before === 'number') return before + value;
  throw badRequest(`For the patch operation 'incr', ${shown} and the value must be numbers.`);
}

function isPrefix(prefix: readonly string[], path: readonly string[]): boolean {
  return prefix.every((segment, index) => segment === path[index]);
}

function unescapePointer(segment: string): string {
  return segment.replaceAll('~1', '/').replaceAll('~0', '~');
}
