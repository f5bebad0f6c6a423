import { getNamedType, GraphQLError, isLeafType, type DocumentNode, type GraphQLSchema } from 'graphql';
import { getComplexity, type ComplexityEstimator } from 'graphql-query-complexity';

/**
 * How many objects an operation may ask for at most. Two nested full pages fit (100 threads with 100 messages each);
 * three do not.
 */
const MAX_OBJECTS = 20_000;

/** Tokens of a document: a longer one is generated, and not by a client that means well. */
export const MAX_TOKENS = 10_000;

/** Fields of a connection between the list and its items: they are no objects of their own. */
const TRANSPARENT = new Set(['edges', 'node', 'pageInfo']);

/** Lists whose length no argument says: the most, or the most that is usual. */
const LENGTHS: Readonly<Record<string, number>> = { hits: 5, recalled: 20, highlights: 10, toolCalls: 2 };

const DEFAULT_PAGE = 20;

/** Counts the objects that a field gives at most: the page asked for, times what each of its items asks for. */
const countObjects: ComplexityEstimator = ({ args, field, childComplexity }) => {
  if (isLeafType(getNamedType(field.type))) return 0;
  if (TRANSPARENT.has(field.name)) return childComplexity;
  return listLength(field, args) * (1 + childComplexity);
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

/**
 * Variables that do not fit are left for the execution to report, in its own words.
 * @throws GraphQLError LIMIT_EXCEEDED when the operation could give more objects than allowed
 */
export function requireModestQuery(
  schema: GraphQLSchema,
  query: DocumentNode,
  operationName: string | null | undefined,
  variables: Readonly<Record<string, unknown>>,
): void {
  const name = operationName == null ? {} : { operationName };
  let objects: number;
  try {
    objects = getComplexity({ schema, query, ...name, variables, estimators: [countObjects] });
  } catch (error) {
    if (error instanceof GraphQLError) return;
    throw error;
  }
  if (objects > MAX_OBJECTS) {
    throw new GraphQLError(
      `This asks for up to ${String(objects)} objects; at most ${String(MAX_OBJECTS)} may be asked for at once. Ask for smaller pages.`,
      { extensions: { code: 'LIMIT_EXCEEDED' } },
    );
  }
}
