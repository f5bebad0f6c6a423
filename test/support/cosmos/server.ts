import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { Call, Reply } from './exchange.ts';
import { badRequest, CosmosFailure, reasonOf } from './failures.ts';
import { failureOf, type FaultEffect, type Faults } from './faults.ts';
import { parseJson, type JsonObject, type Value } from './json.ts';
import { isMetadata, operationOf, type OperationName } from './operations.ts';
import type { RequestLog } from './request-log.ts';
import { authenticate } from './signature.ts';

/** What a server needs of the emulator. */
export type ServerOptions = {
  readonly key: string;
  readonly entraTokens: readonly string[];
  readonly faults: Faults;
  readonly log: RequestLog;
  /** Does what a request asks for. */
  readonly perform: (operation: OperationName, call: Call) => Reply;
  /** Headers that name the container of a request, for the SDK's session bookkeeping. */
  readonly ownerHeaders: (call: Call) => Readonly<Record<string, string>>;
};

/** Far above the service's 2 MB for an item, so that a request that is too large gets its answer. */
const BODY_LIMIT = 32 * 1024 * 1024;

/** Answers HTTP requests that come in at a region. */
export function requestHandler(
  options: ServerOptions,
  regionOf: () => string,
): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    void answer(options, regionOf(), request, response).catch((error: unknown) => {
      // A bug of the emulator: said aloud, and not as an answer that Cosmos DB could give.
      console.error(error);
      request.socket.destroy();
    });
  };
}

async function answer(
  options: ServerOptions,
  region: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const text = await readBody(request);
  const segments = segmentsOf(request.url ?? '/');
  const header = (name: string): string | undefined => {
    const value = request.headers[name];
    return Array.isArray(value) ? value.join(',') : value;
  };
  const shape = { method: request.method ?? 'GET', segments, header, region };
  let operation: OperationName = 'account';
  let effect: FaultEffect | undefined;
  let call: Call | undefined;
  let reply: Reply;
  let failure: CosmosFailure | undefined;
  try {
    operation = operationOf(shape);
    const resource = segments.join('/');
    effect = options.faults.meet({ operation, data: !isMetadata(operation), region, resource });
    if (effect?.kind === 'delay') await wait(effect.milliseconds);
    if (effect && !happensAfter(effect)) {
      if (effect.kind === 'status') throw failureOf(effect);
      if (effect.kind !== 'delay') {
        cut(options, effect, { ...shape, operation, text }, request);
        return;
      }
    }
    const [authorization, date] = [header('authorization'), header('x-ms-date')];
    const principal = authenticate({ ...shape, authorization, date }, options.key, options.entraTokens);
    call = { ...shape, principal, body: bodyOf(text) };
    reply = options.perform(operation, call);
    if (effect && happensAfter(effect)) {
      if (effect.kind === 'status') throw failureOf(effect);
      cut(options, effect, { ...shape, operation, text }, request);
      return;
    }
  } catch (error) {
    if (!(error instanceof CosmosFailure)) throw error;
    failure = error;
    reply = failureReply(error);
  }
  const written = reply.body === undefined ? '' : JSON.stringify(reply.body);
  const charge = reply.charge ?? 1;
  options.log.add({
    ...described({ ...shape, operation, text }),
    status: reply.status,
    substatus: failure?.substatus ?? 0,
    charge,
    responseBytes: Buffer.byteLength(written),
    ...itemCountOf(reply),
  });
  response.writeHead(reply.status, {
    ...(written === '' ? {} : { 'content-type': 'application/json' }),
    'x-ms-activity-id': randomUUID(),
    'x-ms-request-charge': String(charge),
    'x-ms-version': '2020-07-15',
    ...(failure?.substatus ? { 'x-ms-substatus': String(failure.substatus) } : {}),
    ...(failure?.retryAfterMs === undefined ? {} : { 'x-ms-retry-after-ms': String(failure.retryAfterMs) }),
    ...(call ? options.ownerHeaders(call) : {}),
    ...reply.headers,
  });
  response.end(written);
}

function happensAfter(effect: FaultEffect): boolean {
  return effect.kind !== 'delay' && effect.afterEffect === true;
}

type Seen = Pick<Call, 'method' | 'segments' | 'header' | 'region'> & { operation: OperationName; text: string };

// No answer: the connection is reset, or left open until the client or the emulator goes away.
function cut(options: ServerOptions, effect: FaultEffect, seen: Seen, request: IncomingMessage): void {
  options.log.add({ ...described(seen), status: 0, substatus: 0, charge: 0, responseBytes: 0 });
  if (effect.kind === 'reset') request.socket.resetAndDestroy();
}

function described({ operation, segments, header, region, text }: Seen) {
  const asked = operation === 'query' || operation === 'queryPlan' ? parseJson(text) : undefined;
  const { query, parameters } = isQueryBody(asked) ? asked : { query: undefined, parameters: undefined };
  const partitionKey = header('x-ms-documentdb-partitionkey');
  const rangeId = header('x-ms-documentdb-partitionkeyrangeid');
  const sessionToken = header('x-ms-session-token');
  return {
    operation,
    metadata: isMetadata(operation),
    region,
    resource: segments.join('/'),
    requestBytes: Buffer.byteLength(text),
    ...(query === undefined ? {} : { query }),
    ...(parameters === undefined ? {} : { parameters }),
    ...(partitionKey === undefined ? {} : { partitionKey }),
    ...(rangeId === undefined ? {} : { rangeId }),
    ...(sessionToken === undefined ? {} : { sessionToken }),
  };
}

function isQueryBody(body: Value): body is JsonObject & { query: string } {
  return typeof body === 'object' && body !== null && !Array.isArray(body) && typeof body['query'] === 'string';
}

function itemCountOf({ headers }: Reply): { itemCount?: number } {
  const count = headers?.['x-ms-item-count'];
  return count === undefined ? {} : { itemCount: Number(count) };
}

function failureReply(failure: CosmosFailure): Reply {
  const body: JsonObject = {
    code: reasonOf(failure.status),
    message: failure.message,
    ...(failure.plan === undefined ? {} : { additionalErrorInfo: JSON.stringify(failure.plan) }),
  };
  return { status: failure.status, body };
}

function bodyOf(text: string): Value {
  if (text === '') return undefined;
  const body = parseJson(text);
  if (body === undefined) throw badRequest('The request body is not JSON.');
  return body;
}

function segmentsOf(url: string): string[] {
  const path = url.split('?')[0] ?? '';
  return path
    .split('/')
    .filter((segment) => segment !== '')
    .map((segment) => decodeURIComponent(segment));
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue;
    bytes += chunk.length;
    if (bytes > BODY_LIMIT) throw new Error(`A request body of more than ${BODY_LIMIT} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
