import type { Json } from './rows.ts';
import type { PartitionKey } from './containers.ts';

/** A query and how it is to be sent. */
export type Query = {
  readonly text: string;
  readonly parameters: readonly Parameter[];
  /** The full key of the one logical partition to ask; null: several. A prefix of a key confines nothing. */
  readonly within: PartitionKey | null;
  /**
   * Whether a query of several partitions needs the SDK's own pipeline (ORDER BY, TOP, aggregates): it is told so
   * beforehand, which spares a request that would be refused.
   */
  readonly pipeline: boolean;
  /** How many rows one answer may have: without it, ten. */
  readonly rows: number;
};

export type Parameter = { readonly name: string; readonly value: Json };

/** A condition with its parameters. */
export type Where = { readonly sql: string; readonly parameters: readonly Parameter[] };

/** All of the conditions; none: true. */
export function allOf(conditions: readonly (Where | null)[]): Where {
  return joined(conditions, ' AND ', 'true');
}

/** Any of the conditions; none: false. */
export function anyOf(conditions: readonly (Where | null)[]): Where {
  return joined(conditions, ' OR ', 'false');
}

function joined(conditions: readonly (Where | null)[], by: string, empty: string): Where {
  const present = conditions.filter((condition) => condition !== null);
  return {
    sql: present.map(({ sql }) => (present.length === 1 ? sql : `(${sql})`)).join(by) || empty,
    // A value may be named in several conditions.
    parameters: [...new Map(present.flatMap(({ parameters }) => parameters.map((each) => [each.name, each]))).values()],
  };
}

/** A condition without values that come from outside. */
export function fixed(sql: string): Where {
  return { sql, parameters: [] };
}

/** A condition with one value: `@` in the text stands for it. */
export function given(sql: string, name: string, value: Json): Where {
  return { sql: sql.replaceAll('@', `@${name}`), parameters: [{ name: `@${name}`, value }] };
}

/** Whether a property has one of the values. */
export function oneOf(path: string, name: string, values: readonly string[] | undefined): Where | null {
  if (values === undefined) return null;
  if (values.length === 0) return fixed('false');
  const parameters = values.map((value, at) => ({ name: `@${name}${String(at)}`, value }));
  return { sql: `${path} IN (${parameters.map((parameter) => parameter.name).join(', ')})`, parameters };
}

/** How many rows an answer has at most, where a query does not say how many it wants. */
export const ROWS = 1_000;

/** Counts items: `value` of the one row. */
export function counting(where: Where, within: Query['within']): Query {
  const text = `SELECT VALUE COUNT(1) FROM c WHERE ${where.sql}`;
  return { ...where, text, within, pipeline: true, rows: ROWS };
}

/** A list of properties to select. */
export function columns(properties: readonly string[]): string {
  return properties.map((property) => `c.${property}`).join(', ');
}
