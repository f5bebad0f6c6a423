import { GraphQLError, parse, validate, type DocumentNode, type GraphQLSchema } from 'graphql';
import { MAX_TOKENS } from '../graphql/limits.ts';

/** What a query's text came to: a document that fits the schema, or what is wrong with it. */
export type ReadDocument =
  | { readonly kind: 'valid'; readonly document: DocumentNode }
  | { readonly kind: 'faulty'; readonly faults: readonly GraphQLError[] };

/** An application sends a few dozen texts, over and over; one that puts values into its texts sends as many as it likes. */
const DOCUMENTS_KEPT = 500;
const DOCUMENT_CHARACTERS = 20_000;

/**
 * Reads queries, each text once: parsing and validating it takes longer than answering it (measured: 0.4 of the 0.6 ms
 * before a subscription began). Over HTTP Apollo does the same.
 */
export function createDocumentCache(schema: GraphQLSchema): (query: string) => ReadDocument {
  const valid = new Map<string, ReadDocument>();
  return (query) => {
    const known = valid.get(query);
    if (known !== undefined) {
      // The last in the map is the one asked for last.
      valid.delete(query);
      valid.set(query, known);
      return known;
    }
    const read = readDocument(schema, query);
    if (read.kind === 'valid' && query.length <= DOCUMENT_CHARACTERS) {
      valid.set(query, read);
      const [oldest] = valid.keys();
      if (valid.size > DOCUMENTS_KEPT && oldest !== undefined) valid.delete(oldest);
    }
    return read;
  };
}

function readDocument(schema: GraphQLSchema, query: string): ReadDocument {
  try {
    const document = parse(query, { maxTokens: MAX_TOKENS });
    const faults = validate(schema, document);
    return faults.length > 0 ? { kind: 'faulty', faults } : { kind: 'valid', document };
  } catch (error) {
    if (error instanceof GraphQLError) return { kind: 'faulty', faults: [error] };
    throw error;
  }
}
