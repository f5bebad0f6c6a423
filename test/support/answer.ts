import { z } from 'zod';

const error = z.looseObject({
  message: z.string(),
  extensions: z.looseObject({
    code: z.string(),
    field: z.string().optional(),
    retryAfterMs: z.number().optional(),
  }),
});

// Loose: what else a server says is kept, for a look at what it must not say.
const answer = z.looseObject({
  data: z.unknown().optional(),
  errors: z.array(error).readonly().optional(),
  extensions: z
    .looseObject({ cost: z.looseObject({ storageRequests: z.number(), requestUnits: z.number() }) })
    .optional(),
});

/** What a client gets back. `data` is whatever the query asked for: `valueAt` reads it. */
export type Answer = Readonly<z.infer<typeof answer>>;

/** @throws ZodError when this is no answer to a GraphQL request */
export function parseAnswer(value: unknown): Answer {
  return answer.parse(value);
}

/**
 * What there is at a path, such as `thread.messages.edges.0.node.content`.
 * @throws Error when there is nothing
 */
export function valueAt(data: unknown, path: string): unknown {
  let value = data;
  for (const name of path.split('.')) {
    if (!isObject(value) || !Object.hasOwn(value, name)) {
      throw new Error(`There is no ${name} of ${path} in ${JSON.stringify(data)}`);
    }
    value = value[name];
  }
  return value;
}

/** The same for a text. @throws Error when there is anything else */
export function textAt(data: unknown, path: string): string {
  const value = valueAt(data, path);
  if (typeof value !== 'string') throw new Error(`${path} is no text: ${JSON.stringify(value)}`);
  return value;
}

/**
 * What each element of a list has at a path.
 * @param path with a `*` for the elements, such as `threads.edges.*.node.title`
 * @throws Error when there is no list, or an element that has nothing there
 */
export function valuesAt(data: unknown, path: string): unknown[] {
  const [place = '', inEach = ''] = path.split('.*.');
  const list = valueAt(data, place);
  if (!Array.isArray(list)) throw new Error(`${place} is no list: ${JSON.stringify(list)}`);
  return list.map((element) => valueAt(element, inEach));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
