import { notModelled, queryError } from '../failures.ts';
import { canonical, type JsonObject, type Value } from '../json.ts';
import { aggregate } from './aggregates.ts';
import { compareAll } from './compare.ts';
import { compileExpression } from './compile-expression.ts';
import { checkGrouping } from './grouping.ts';
import { compileOrder, isScore, type SortKey } from './order.ts';
import type { AggregateCall, Compiled, Environment, QuerySetting, Scope } from './scope.ts';
import { conjuncts, type Expression, type Query, type SelectItem, type Source } from './syntax.ts';
import { compileServedFilter, type ServedFilter } from './served-filter.ts';

/** One row of a result: what it shows, and what it is sorted by. */
export type Row = {
  readonly output: Value;
  readonly keys: readonly Value[];
  /** Which of the items given it came from, and which of that item's rows it is. */
  readonly item: number;
  readonly part: number;
};

/** A query, checked and ready to run. */
export type CompiledQuery = {
  /** Whether rows come item by item, so that a page can go on after the last item of the one before. */
  readonly resumable: boolean;
  readonly sorts: readonly { readonly descending: boolean }[];
  readonly skip: number;
  /** At most so many rows, over all pages. */
  readonly take: number;
  /** All rows, in order; TOP, OFFSET and LIMIT are not applied. */
  run(items: readonly JsonObject[]): Row[];
  readonly served: ServedFilter;
  /** Whether an index gives the rows in order, so that a page loads its own items and no others. */
  readonly indexOrdered: boolean;
};

/** Checks and compiles a query; 400 for whatever the service, or this emulator, does not take. */
export function compileQuery(query: Query, setting: QuerySetting): CompiledQuery {
  if (query.rank) throw notModelled('ORDER BY RANK outside the query pipeline');
  if (query.sources[0]?.kind === 'elements') throw notModelled('IN as the first source of FROM');
  const scope: Scope = { setting, names: new Map(), subquery: compileSubquery };
  const plan = compileSelect(query, scope);
  const container = query.sources.find((source) => source.kind === 'container')?.alias;
  const served = compileServedFilter(conjuncts(query.where), container, plan.inner);
  return {
    resumable: !plan.grouped && !query.distinct,
    sorts: plan.sorts,
    skip: countOf(query.offset, plan.inner) ?? 0,
    take: countOf(query.top ?? query.limit, plan.inner) ?? Number.POSITIVE_INFINITY,
    run: (items) =>
      container === undefined
        ? plan.rows([{ name: '', value: undefined }])
        : plan.rows(items.map((value) => ({ name: container, value }))),
    served,
    indexOrdered:
      served.complete && query.orderBy.length > 0 && !query.orderBy.some(({ expression }) => isScore(expression)),
  };
}

type SelectPlan = {
  readonly inner: Scope;
  readonly grouped: boolean;
  readonly sorts: readonly SortKey[];
  readonly rows: (items: readonly Environment[]) => Row[];
};

function compileSelect(query: Query, outer: Scope): SelectPlan {
  const names = new Map(outer.names);
  for (const source of query.sources) names.set(source.alias, source.kind === 'container');
  const inner: Scope = { setting: outer.setting, names, subquery: outer.subquery };
  const expand = query.sources.map((source) => compileSource(source, inner));
  const where = query.where && compileExpression(query.where, inner);
  const groupBy = query.groupBy.map((expression) => compileExpression(expression, inner));
  const aggregates: AggregateCall[] = [];
  const project = compileProjection(query, { ...inner, aggregates });
  const grouped = aggregates.length > 0 || groupBy.length > 0;
  checkGrouping(query, grouped, inner);
  const sorts = compileOrder(query, inner);
  countOf(query.top, inner);
  countOf(query.limit, inner);

  const rows = (items: readonly Environment[]): Row[] => {
    const found: Found[] = [];
    items.forEach((item, index) => {
      let part = 0;
      for (const environment of expand.reduce<Environment[]>((envs, next) => envs.flatMap(next), [item])) {
        if (!where || where(environment) === true) found.push({ environment, item: index, part: part++ });
      }
    });
    if (grouped) return groupRows(found, groupBy, aggregates, project);
    const sorted = sortRows(found, sorts);
    const projected = sorted.map((row) => ({ ...row, output: project(row.environment) }));
    const shown = projected.filter(({ output }) => output !== undefined);
    return query.distinct ? distinctRows(shown) : shown;
  };
  return { inner, grouped, sorts, rows };
}

function compileSubquery(query: Query, scope: Scope): (environment: Environment | undefined) => Value[] {
  if (query.orderBy.length > 0 || query.rank) throw notModelled('ORDER BY in a subquery');
  if (query.top || query.limit) throw notModelled('TOP or LIMIT in a subquery');
  if (query.sources.some(({ kind }) => kind === 'container')) throw notModelled('a subquery over the container');
  const plan = compileSelect(query, scope);
  const nothing: Environment = { name: '', value: undefined };
  return (environment) => plan.rows([environment ?? nothing]).map(({ output }) => output);
}

function compileSource(source: Source, scope: Scope): (environment: Environment) => Environment[] {
  const bind =
    (outer: Environment) =>
    (value: Value): Environment => ({ name: source.alias, value, outer });
  if (source.kind === 'container') return (environment) => [environment];
  if (source.kind === 'query') {
    const rows = scope.subquery(source.query, scope);
    return (environment) => rows(environment).map(bind(environment));
  }
  const of = compileExpression(source.of, scope);
  return (environment) => {
    const list = of(environment);
    return Array.isArray(list) ? list.map(bind(environment)) : [];
  };
}

function compileProjection(query: Query, scope: Scope): Compiled {
  const { selection } = query;
  if (selection.kind === 'value') return compileExpression(selection.expression, scope);
  if (selection.kind === 'list') return compileList(selection.items, scope);
  const [only] = query.sources;
  if (query.sources.length !== 1 || !only) {
    throw queryError("'SELECT *' is only valid with a single input set.");
  }
  return compileExpression({ kind: 'name', name: only.alias }, scope);
}

function compileList(items: readonly SelectItem[], scope: Scope): Compiled {
  const names = nameItems(items);
  const values = items.map(({ expression }) => compileExpression(expression, scope));
  return (environment) => {
    const row: JsonObject = {};
    values.forEach((value, index) => {
      const result = value(environment);
      if (result !== undefined) row[names[index] ?? ''] = result;
    });
    return row;
  };
}

/** The property names of a SELECT list: the alias, the last name of a path, or `$1`, `$2` …; no name twice. */
export function nameItems(items: readonly SelectItem[]): string[] {
  let unnamed = 0;
  const names = items.map(({ expression, alias }) => {
    if (alias !== undefined) return alias;
    if (expression.kind === 'name') return expression.name;
    if (expression.kind === 'member' && typeof expression.key === 'string') return expression.key;
    return `$${++unnamed}`;
  });
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined) throw queryError(`The property '${repeated}' is projected twice.`);
  return names;
}

type Found = { readonly environment: Environment; readonly item: number; readonly part: number };

function sortRows(rows: readonly Found[], sorts: readonly SortKey[]): (Found & { keys: readonly Value[] })[] {
  const keyed = rows.map((row) => ({ ...row, keys: sorts.map(({ value }) => value(row.environment)) }));
  const kept = keyed.filter(({ keys }) =>
    keys.every((key, index) => key !== undefined || sorts[index]?.keepsUndefined),
  );
  return sorts.length === 0 ? kept : kept.sort((left, right) => compareRows(left, right, sorts));
}

/** The order of two rows: by their keys, then in the order in which items were made. */
export function compareRows(
  left: Pick<Row, 'keys' | 'item' | 'part'>,
  right: Pick<Row, 'keys' | 'item' | 'part'>,
  sorts: readonly { readonly descending: boolean }[],
): number {
  for (const [index, { descending }] of sorts.entries()) {
    const order = compareAll(left.keys[index], right.keys[index]);
    if (order !== 0) return descending ? -order : order;
  }
  return left.item - right.item || left.part - right.part;
}

function groupRows(
  rows: readonly Found[],
  groupBy: readonly Compiled[],
  aggregates: readonly AggregateCall[],
  project: Compiled,
): Row[] {
  const groups = new Map<string, Environment[]>();
  // Without GROUP BY there is one group, even of no rows: COUNT over nothing is 0.
  if (groupBy.length === 0) groups.set('', []);
  for (const { environment } of rows) {
    const key = groupBy.map((value) => canonical(value(environment))).join();
    const group = groups.get(key);
    if (group) group.push(environment);
    else groups.set(key, [environment]);
  }
  const nothing: Environment = { name: '', value: undefined };
  const outputs = Array.from(groups.values(), (group) =>
    project({ ...(group[0] ?? nothing), aggregates: aggregates.map((call) => aggregate(call, group)) }),
  );
  return outputs.filter((output) => output !== undefined).map((output, item) => ({ output, keys: [], item, part: 0 }));
}

function distinctRows<Shown extends { readonly output: Value }>(rows: readonly Shown[]): Shown[] {
  const seen = new Set<string>();
  return rows.filter(({ output }) => {
    const text = canonical(output);
    return seen.has(text) ? false : seen.add(text);
  });
}

function countOf(expression: Expression | undefined, scope: Scope): number | undefined {
  if (!expression) return undefined;
  const value: Value = compileExpression(expression, scope)(undefined);
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return value;
  throw queryError(`TOP, OFFSET and LIMIT take a whole number from 0, but got: ${JSON.stringify(value)}`);
}
