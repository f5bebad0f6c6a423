import { getNamedType, GraphQLError, isLeafType, type DocumentNode, type GraphQLSchema } from 'graphql';
import { getComplexity, type ComplexityEstimator } from 'graphql-query-complexity';

/**
 * How many objects an operation may ask for at most. Two nested full pages fit (100 threads with 100 messages each);
 * three do not.
 */
const MAX_OBJECTS = 20_000;

/** How many searches an operation may ask for at most: one for each of a page of 50 hits, say. */
const MAX_SEARCHES = 51;

/** Fields that search each time they are asked. */
const SEARCHES = new Set(['searchMessages', 'searchThreads', 'similar', 'related']);

/** Tokens of a document: a longer one is generated, and not by a client that means well. */
export const MAX_TOKENS = 10_000;

/** Fields of a connection between the list and its items: they are no objects of their own. */
const TRANSPARENT = new Set(['edges', 'node', 'pageInfo']);

/** Lists whose length no argument says: the most, or the most that is usual. */
const LENGTHS: Readonly<Record<string, number>> = {
  hits: 5,
  recalled: 20,
  duplicates: 20,
  highlights: 10,
  toolCalls: 2,
};

const DEFAULT_PAGE = 20;

/** Counts the objects that a field gives at most: the page asked for, times what each of its items asks for. */
const countObjects: ComplexityEstimator = ({ args, field, childComplexity }) => {
  if (isLeafType(getNamedType(field.type))) return 0;
  if (TRANSPARENT.has(field.name)) return childComplexity;
  return listLength(field, args) * (1 + childComplexity);
};

/** Counts the searches that a field leads to at most. */
const countSearches: ComplexityEstimator = ({ args, field, childComplexity }) => {
  const own = SEARCHES.has(field.name) ? 1 : 0;
  // Mostly none: the length of a list matters only where each of its items searches.
  if (childComplexity === 0 || TRANSPARENT.has(field.name)) return own + childComplexity;
  return own + listLength(field, args) * childComplexity;
};

function listLength(
  field: Parameters<ComplexityEstimator>[0]['field'],
  args: Readonly<Record<string, unknown>>,
): number {
  const { first, last, ids, before, after } = args;
  if (Array.isArray(ids)) return ids.length;
  if (typeof first === 'number' || typeof last === 'number') return Math.max(Number(first ?? 0), Number(last ?? 0));
  if (typeof before === 'number' && typeof after === 'number') return before + after;
  return field.args.some(({ name }) => name === 'first') ? DEFAULT_PAGE : (LENGTHS[field.name] ?? 1);
}

/** Of a document, the shapes of variables with which it is known to be modest. */
const modest = new WeakMap<DocumentNode, Set<string>>();

/** Each document is asked with few shapes of variables; who sends many, or large ones, is counted anew each time. */
const SHAPES_KEPT = 50;
const SHAPE_CHARACTERS = 1_000;

/**
 * Variables that do not fit are left for the execution to report, in its own words.
 * @throws GraphQLError LIMIT_EXCEEDED when the operation could give more objects, or search more often, than allowed
 */
export function requireModestQuery(
  schema: GraphQLSchema,
  query: DocumentNode,
  operationName: string | null | undefined,
  variables: Readonly<Record<string, unknown>>,
): void {
  const shape = `${operationName ?? ''}\n${JSON.stringify(variables, withoutTexts)}`;
  if (modest.get(query)?.has(shape) === true) return;
  const name = operationName == null ? {} : { operationName };
  const most = (estimator: ComplexityEstimator): number | null => {
    try {
      return getComplexity({ schema, query, ...name, variables, estimators: [estimator] });
    } catch (error) {
      if (error instanceof GraphQLError) return null;
      throw error;
    }
  };
  const objects = most(countObjects);
  if (objects !== null && objects > MAX_OBJECTS) {
    throw tooMuch(
      `This asks for up to ${String(objects)} objects; at most ${String(MAX_OBJECTS)} may be asked for at once. Ask for smaller pages.`,
    );
  }
  const searches = most(countSearches);
  if (searches !== null && searches > MAX_SEARCHES) {
    throw tooMuch(
      `This asks for up to ${String(searches)} searches; at most ${String(MAX_SEARCHES)} may be asked for at once. Ask for what is similar or related of fewer.`,
    );
  }
  // What could not be counted says nothing about other texts in the same places.
  if (objects !== null && searches !== null) remember(query, shape);
}

/** Counts depend on numbers, on what is there and on how many: never on what a text says. */
function withoutTexts(_: string, value: unknown): unknown {
  return typeof value === 'string' ? '' : value;
}

function remember(query: DocumentNode, shape: string): void {
  if (shape.length > SHAPE_CHARACTERS) return;
  const shapes = modest.get(query) ?? new Set();
  if (shapes.size >= SHAPES_KEPT) shapes.clear();
  modest.set(query, shapes.add(shape));
}

function tooMuch(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'LIMIT_EXCEEDED' } });
}
