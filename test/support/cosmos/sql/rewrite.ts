import { queryError } from '../failures.ts';
import { nameItems } from './compile-query.ts';
import type { Expression, Query, Selection } from './syntax.ts';

/** Where the SDK puts the condition with which it resumes a sorted query; it writes `true` when there is none. */
export const FILTER: Expression = { kind: 'placeholder', text: '({documentdb-formattableorderbyquery-filter})' };

/** A query without TOP, OFFSET, LIMIT and RANK. */
export function unpaged(query: Query): Query {
  return { ...query, top: undefined, offset: undefined, limit: undefined, rank: undefined };
}

/** What a query shows of a row, as one expression. */
export function payloadOf(query: Query): Expression {
  const { selection } = query;
  if (selection.kind === 'value') return selection.expression;
  if (selection.kind === 'star') return { kind: 'name', name: containerName(query) };
  const names = nameItems(selection.items);
  return {
    kind: 'object',
    entries: selection.items.map(({ expression }, index) => ({ name: names[index] ?? '', value: expression })),
  };
}

/** The selection of a rewritten sorted query: `_rid`, what it is sorted by, and what it shows. */
export function orderedPayload(query: Query, items: readonly Expression[], payload: Expression): Selection {
  const orderByItems: Expression = {
    kind: 'array',
    elements: items.map((value) => ({ kind: 'object', entries: [{ name: 'item', value }] })),
  };
  return {
    kind: 'list',
    items: [
      { expression: ridOf(query) },
      { expression: orderByItems, alias: 'orderByItems' },
      { expression: payload, alias: 'payload' },
    ],
  };
}

/** `c._rid` of a query's container. */
export function ridOf(query: Query): Expression {
  return { kind: 'member', object: { kind: 'name', name: containerName(query) }, key: '_rid' };
}

function containerName(query: Query): string {
  const [source] = query.sources;
  if (!source || source.kind === 'query') throw queryError('The query has no container to sort.');
  return source.alias;
}
