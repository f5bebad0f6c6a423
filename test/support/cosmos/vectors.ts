import { badRequest } from './failures.ts';
import { splitPath } from './index-policy.ts';
import { isNumberArray, isObject, valueAt, type Json, type JsonObject, type Value } from './json.ts';

/** How two vectors are compared. */
export type DistanceFunction = 'cosine' | 'dotproduct' | 'euclidean';

/** One entry of a container's vector policy. */
export type VectorPath = {
  readonly path: readonly string[];
  readonly dataType: string;
  readonly dimensions: number;
  readonly distanceFunction: DistanceFunction;
  /** Paths whose equality a search must state when the index is sharded by them. */
  readonly shardKey: readonly (readonly string[])[];
};

const DATA_TYPES = ['float32', 'float16', 'int8', 'uint8'];
/** Published: the most dimensions each kind of index takes. */
const DIMENSION_LIMITS: Readonly<Record<string, number>> = { flat: 505, quantizedFlat: 4096, diskANN: 4096 };

/** Reads a distance function's name, whatever its case; undefined for another name. */
export function distanceFunctionOf(value: Value): DistanceFunction | undefined {
  const name = typeof value === 'string' ? value.toLowerCase() : undefined;
  return name === 'cosine' || name === 'dotproduct' || name === 'euclidean' ? name : undefined;
}

/** Whether a smaller number means more alike. */
export function isAscending(distanceFunction: DistanceFunction): boolean {
  return distanceFunction === 'euclidean';
}

/**
 * The similarity of two vectors, computed exactly (an index of the real service approximates); undefined when they
 * are no vectors of one length. Cosine: +1 is best. Euclidean: 0 is best.
 */
export function similarity(left: Value, right: Value, distanceFunction: DistanceFunction): number | undefined {
  if (!isNumberArray(left) || !isNumberArray(right) || left.length !== right.length) return undefined;
  let product = 0;
  let leftSquares = 0;
  let rightSquares = 0;
  for (let index = 0; index < left.length; index++) {
    const a = left[index] ?? 0;
    const b = right[index] ?? 0;
    product += a * b;
    leftSquares += a * a;
    rightSquares += b * b;
  }
  if (distanceFunction === 'dotproduct') return product;
  if (distanceFunction === 'euclidean') return Math.sqrt(Math.max(leftSquares + rightSquares - 2 * product, 0));
  const norms = Math.sqrt(leftSquares) * Math.sqrt(rightSquares);
  return norms === 0 ? undefined : product / norms;
}

/** Whether a stored value is a vector that the policy's index would take; others are stored, but not found. */
export function fitsPolicy(value: Value, { dimensions, dataType }: VectorPath): boolean {
  if (!isNumberArray(value) || value.length !== dimensions) return false;
  if (dataType === 'int8') return value.every((element) => Number.isInteger(element) && Math.abs(element + 0.5) < 128);
  if (dataType === 'uint8') return value.every((element) => Number.isInteger(element) && element >= 0 && element < 256);
  return true;
}

/** Reads a container's vector policy and its vector indexes; 400 for what the service refuses. */
export function compileVectorPolicy(policy: Value, indexing: JsonObject): VectorPath[] {
  const indexes = listOf(indexing['vectorIndexes']);
  const paths = listOf(valueAt(policy, ['vectorEmbeddings'])).map((entry) => vectorPathOf(entry, indexes));
  for (const index of indexes) {
    if (!paths.some(({ path }) => path.join('/') === splitPath(textAt(index, 'path')).join('/'))) {
      throw badRequest(`The vector index path ${textAt(index, 'path')} is not in the container's vector policy.`);
    }
  }
  return paths;
}

function vectorPathOf(entry: Json, indexes: readonly Json[]): VectorPath {
  const text = textAt(entry, 'path');
  const dataType = textAt(entry, 'dataType');
  const dimensions = valueAt(entry, ['dimensions']);
  const distanceFunction = distanceFunctionOf(valueAt(entry, ['distanceFunction']));
  if (!text.startsWith('/') || text.includes('[]')) throw badRequest(`The vector path '${text}' is invalid.`);
  if (!DATA_TYPES.includes(dataType)) throw badRequest(`The vector data type '${dataType}' is invalid.`);
  if (!distanceFunction) throw badRequest(`The distance function of the vector path '${text}' is invalid.`);
  const index = indexes.find((candidate) => textAt(candidate, 'path') === text);
  const limit = index ? DIMENSION_LIMITS[textAt(index, 'type')] : 4096;
  if (limit === undefined) throw badRequest(`The vector index type '${textAt(index, 'type')}' is invalid.`);
  if (typeof dimensions !== 'number' || !Number.isInteger(dimensions) || dimensions < 1 || dimensions > limit) {
    throw badRequest(
      `The vector path '${text}' must have 1 to ${limit} dimensions, but got: ${JSON.stringify(dimensions)}`,
    );
  }
  const shardKey = listOf(valueAt(index, ['vectorIndexShardKey'])).map((path) =>
    splitPath(typeof path === 'string' ? path : ''),
  );
  return { path: splitPath(text), dataType, dimensions, distanceFunction, shardKey };
}

function textAt(entry: Value, name: string): string {
  const value = isObject(entry) ? entry[name] : undefined;
  return typeof value === 'string' ? value : '';
}

function listOf(value: Value): readonly Json[] {
  return Array.isArray(value) ? value : [];
}
