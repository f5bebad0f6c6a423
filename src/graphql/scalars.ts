import { GraphQLError, GraphQLScalarType, Kind, valueFromASTUntyped, type ValueNode } from 'graphql';
import { z } from 'zod';
import type { Metadata } from '../core/thread.ts';

const MOMENT = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/;

/** Epoch milliseconds inside, ISO 8601 in UTC outside. */
export const DateTime = new GraphQLScalarType<number, string>({
  name: 'DateTime',
  serialize: (value) => new Date(Number(value)).toISOString(),
  parseValue: parseMoment,
  parseLiteral: (node) => parseMoment(node.kind === Kind.STRING ? node.value : null),
});

function parseMoment(value: unknown): number {
  const moment = typeof value === 'string' && MOMENT.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(moment)) {
    throw badInput(
      'expects a moment as an ISO 8601 text with its offset, like 2026-11-23T09:30:00.000Z or 2026-11-23.',
    );
  }
  return moment;
}

const pairs = z.record(z.string(), z.string());

/** An object of strings. Its limits are the services' to check: they name the argument. */
export const MetadataScalar = new GraphQLScalarType<Metadata, Metadata>({
  name: 'Metadata',
  serialize: (value) => pairs.parse(value),
  parseValue: parsePairs,
  parseLiteral: (node: ValueNode, variables) => parsePairs(valueFromASTUntyped(node, variables)),
});

function parsePairs(value: unknown): Metadata {
  const parsed = pairs.safeParse(value);
  if (!parsed.success) throw badInput('expects an object whose values are strings, like { "topic": "billing" }.');
  return parsed.data;
}

function badInput(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });
}
