import type { Clock } from './clock.ts';
import { checkId, createContainer, replaceContainer, type Container } from './containers.ts';
import type { Call, Reply } from './exchange.ts';
import { badRequest, CosmosFailure, notFound } from './failures.ts';
import { isObject, type JsonObject } from './json.ts';
import { etagOf, resourceId } from './resource-ids.ts';

type Database = { readonly resource: JsonObject; readonly number: number; readonly containers: Map<string, Container> };

/** The databases and containers of an account. */
export type Databases = {
  /** Answers a request on a database or a container; `make` says what is created where. */
  answer(call: Call): Reply;
  /** A container by name; 404 when there is none. */
  container(database: string, id: string): Container;
};

/** Makes an account without databases; containers get so many physical ranges. */
export function databases(options: { ranges: number; clock: Clock }): Databases {
  const known = new Map<string, Database>();
  let numbers = 0;

  const database = (id: string): Database => {
    const found = known.get(id);
    if (!found) throw notFound(`database '${id}'`);
    return found;
  };
  const container = (databaseId: string, id: string): Container => {
    const found = database(databaseId).containers.get(id);
    if (!found) throw notFound(`container '${id}'`);
    return found;
  };
  const createDatabase = (call: Call): Reply => {
    refuseEntra(call);
    const id = isObject(call.body) ? call.body['id'] : undefined;
    checkId(id);
    if (known.has(id)) throw exists();
    const number = ++numbers;
    const rid = resourceId(number);
    const seconds = Math.floor(options.clock.now() / 1000);
    const resource = { id, _rid: rid, _self: `dbs/${rid}/`, _etag: etagOf(number, seconds), _ts: seconds };
    known.set(id, { resource, number, containers: new Map() });
    return { status: 201, body: resource };
  };
  const create = (call: Call, databaseId: string): Reply => {
    refuseEntra(call);
    if (!isObject(call.body)) throw badRequest('A container is a JSON object.');
    const { number: databaseNumber, containers } = database(databaseId);
    const id = call.body['id'];
    if (typeof id === 'string' && containers.has(id)) throw exists();
    const made = createContainer(call.body, { ...options, database: databaseId, databaseNumber, number: ++numbers });
    containers.set(made.id, made);
    return { status: 201, body: made.resource };
  };
  const replace = (call: Call, target: Container): Reply => {
    refuseEntra(call);
    if (!isObject(call.body)) throw badRequest('A container is a JSON object.');
    replaceContainer(target, call.body, options.clock);
    return { status: 200, body: target.resource };
  };
  const remove = (call: Call, from: Map<string, unknown>, id: string): Reply => {
    refuseEntra(call);
    from.delete(id);
    return { status: 204 };
  };
  const answerContainer = (call: Call, databaseId: string, id: string): Reply => {
    const target = container(databaseId, id);
    if (call.method === 'GET') return { status: 200, body: target.resource };
    if (call.method === 'PUT') return replace(call, target);
    if (call.method === 'DELETE') return remove(call, database(databaseId).containers, id);
    throw unsupported(call);
  };

  return {
    container,
    answer: (call) => {
      const [, databaseId, , containerId] = call.segments;
      if (databaseId === undefined) {
        if (call.method === 'POST') return createDatabase(call);
        const list = Array.from(known.values(), ({ resource }) => resource);
        return { status: 200, body: { _rid: '', Databases: list, _count: list.length } };
      }
      if (containerId !== undefined) return answerContainer(call, databaseId, containerId);
      const { resource, containers } = database(databaseId);
      if (call.segments.length === 3) {
        if (call.method === 'POST') return create(call, databaseId);
        const list = Array.from(containers.values(), (each) => each.resource);
        return { status: 200, body: { _rid: resource['_rid'] ?? '', DocumentCollections: list, _count: list.length } };
      }
      if (call.method === 'GET') return { status: 200, body: resource };
      if (call.method === 'DELETE') return remove(call, known, databaseId);
      throw unsupported(call);
    },
  };
}

// Published: data-plane roles have no actions on databases and containers.
function refuseEntra({ principal, method, segments }: Call): void {
  if (principal === 'key') return;
  throw new CosmosFailure(
    403,
    `Request blocked by Auth: ${method} on ${segments.join('/')} cannot be authorized by an AAD token in data plane.`,
    { substatus: 5300 },
  );
}

function exists(): CosmosFailure {
  return new CosmosFailure(409, 'Resource with specified id, name, or unique index already exists.');
}

function unsupported({ method, segments }: Call): CosmosFailure {
  return new CosmosFailure(405, `${method} is not supported on ${segments.join('/')}.`);
}
