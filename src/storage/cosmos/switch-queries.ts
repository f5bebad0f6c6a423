import { live } from './filters.ts';
import { allOf, counting, fixed, given, type Query, type Where } from './query.ts';

const KEY = 'c.tenantId, c.ownerId, c.threadId';

/** Messages that do not have the vectors of a generation, or of a later one. */
export function notBuilt(generation: number): Where {
  return given('(NOT IS_DEFINED(c.builtFor) OR c.builtFor < @)', 'generation', generation);
}

/** Messages that wait for the generation that serves: not those that had its vectors before it served. */
export function waitsFor(generation: number): Where {
  return allOf([
    fixed('c.waitingSince > 0'),
    given('(NOT IS_DEFINED(c.builtFor) OR c.builtFor != @)', 'generation', generation),
  ]);
}

/** How many messages of all tenants are searched. */
export function searchedCount(now: number): Query {
  return counting(allOf([live('message', now), fixed('c.searched = true')]), null);
}

/** How many of them a generation is through with. */
export function builtCount(generation: number, now: number): Query {
  const where = allOf([
    live('message', now),
    fixed('c.searched = true'),
    given('c.builtFor = @', 'generation', generation),
  ]);
  return counting(where, null);
}

/** One message that the generation which serves has vectors of, and another does not yet. */
export function stillNeeded(generation: number, now: number): Query {
  return some(
    allOf([live('message', now), fixed('c.searched = true AND NOT IS_DEFINED(c.waitingSince)'), notBuilt(generation)]),
    1,
  );
}

/** Messages whose state is another by a generation than by the one that served while it was built. */
export function itemsToSettle(generation: number, rows: number): Query {
  const where = allOf([
    fixed("c.kind = 'message' AND IS_DEFINED(c.afterwards)"),
    given('c.builtFor = @', 'generation', generation),
  ]);
  return some(where, rows, ', c.afterwards, c.waitingSince');
}

/** Messages that are marked as indexed, but by a generation before this one. */
export function messagesLeftBehind(generation: number, rows: number): Query {
  return some(
    allOf([fixed("c.kind = 'message' AND c.searched = true AND NOT IS_DEFINED(c.waitingSince)"), notBuilt(generation)]),
    rows,
  );
}

/** Passages of other generations than those named. */
export function passagesOfOthers(kept: readonly string[], rows: number): Query {
  const where = allOf([
    fixed("c.kind = 'passage'"),
    ...kept.map((name, at) => given('c.vectorModel != @', `kept${String(at)}`, name)),
  ]);
  return some(where, rows);
}

function some(where: Where, rows: number, more = ''): Query {
  const text = `SELECT TOP ${String(rows)} c.id, ${KEY}${more} FROM c WHERE ${where.sql}`;
  return { ...where, text, within: null, pipeline: true, rows };
}
