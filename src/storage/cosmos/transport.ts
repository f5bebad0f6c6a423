import { AsyncLocalStorage } from 'node:async_hooks';
import {
  createDefaultHttpClient,
  type HttpClient,
  type PipelineRequest,
  type PipelineResponse,
} from '@azure/core-rest-pipeline';
import type { Meter } from '../../core/meter.ts';
import { GoneError, isConnectionError, UnreachableError } from './faults.ts';
import type { Regions } from './regions.ts';

/** What the transport must know of the call on whose behalf the SDK sends a request. */
export type Attempt = {
  readonly meter: Meter;
  /** How long one request may take, milliseconds. */
  readonly timeoutMs: number;
};

export type Transport = {
  /** Given to the SDK in place of its own HTTP client. */
  readonly client: HttpClient;
  /**
   * Runs work of the SDK; its requests are counted and limited as the attempt says. Work that waits for no request any
   * more is given up.
   */
  run<Result>(attempt: Attempt, work: () => Promise<Result>): Promise<Result>;
};

/** A request outside any call: the account's own, at start and now and then. */
const DEFAULT_TIMEOUT_MS = 5_000;

const GONE = 410;

/**
 * Sends the SDK's requests. The SDK is told of one endpoint only; which region a request goes to is decided here, as the
 * SDK by itself does not survive the commonest loss of a region: it never tries another one when the connection is
 * refused, and waits ten times a second on the same one when it is reset (measured with 4.10.1).
 *
 * A read goes on to the next region at once when one cannot be reached or does not answer in time. A write goes to the
 * write region only. Requests on items are counted with their charges; query plans, partition ranges, containers and
 * the account are not: Cosmos DB charges little or nothing for them.
 */
export function createTransport({ regions }: { regions: Regions }): Transport {
  const attempts = new AsyncLocalStorage<Attempt & Activity>();
  const http = createDefaultHttpClient();

  async function watched(request: PipelineRequest): Promise<PipelineResponse> {
    const activity = attempts.getStore();
    if (activity === undefined) return sendRequest(request);
    activity.underWay += 1;
    try {
      return await sendRequest(request);
    } finally {
      activity.underWay -= 1;
      activity.lastAt = performance.now();
    }
  }

  async function sendTo(endpoint: string, request: PipelineRequest, attempt: Attempt | undefined) {
    const timeout = AbortSignal.timeout(attempt?.timeoutMs ?? DEFAULT_TIMEOUT_MS);
    const url = at(endpoint, request.url);
    const signals = request.abortSignal instanceof AbortSignal ? [request.abortSignal, timeout] : [timeout];
    const counted = isOnItems(request);
    try {
      const response = await http.sendRequest({ ...request, url, abortSignal: AbortSignal.any(signals) });
      if (counted) attempt?.meter.storage({ requests: 1, requestUnits: chargeOf(response) });
      if (response.status === GONE) throw new GoneError();
      return response;
    } catch (error) {
      if (error instanceof GoneError) throw error;
      if (counted) attempt?.meter.storage({ requests: 1 });
      const isStopped = request.abortSignal?.aborted === true;
      if (isStopped || !(timeout.aborted || isConnectionError(error))) throw error;
      regions.markDown(endpoint);
      throw new UnreachableError(`${endpoint} cannot be reached.`, { timedOut: timeout.aborted, cause: error });
    }
  }

  async function sendRequest(request: PipelineRequest): Promise<PipelineResponse> {
    const attempt = attempts.getStore();
    if (!isRead(request)) return sendTo(regions.forWrites(), request, attempt);
    let last: unknown;
    for (const endpoint of regions.forReads()) {
      try {
        return await sendTo(endpoint, request, attempt);
      } catch (error) {
        if (!(error instanceof UnreachableError)) throw error;
        last = error;
      }
    }
    throw last;
  }

  return {
    client: { sendRequest: watched },
    async run(attempt, work) {
      const activity: Attempt & Activity = { ...attempt, underWay: 0, lastAt: performance.now() };
      const idle = watchFor(activity);
      try {
        return await Promise.race([attempts.run(activity, work), idle.promise]);
      } finally {
        idle.stop();
      }
    },
  };
}

/** What the requests of an attempt are about. */
type Activity = { underWay: number; lastAt: number };

/** Rejects once nothing has been under way for as long as a request may take. */
function watchFor(activity: Attempt & Activity): { readonly promise: Promise<never>; stop(): void } {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setInterval(() => {
    if (activity.underWay > 0 || performance.now() - activity.lastAt < activity.timeoutMs) return;
    reject(new UnreachableError('The SDK waits for nothing.', { timedOut: true, cause: null }));
  }, activity.timeoutMs / 2);
  return {
    promise,
    stop: () => {
      clearInterval(timer);
    },
  };
}

/** The same resource at another endpoint. The signature does not cover the host. */
function at(endpoint: string, url: string): string {
  const { pathname, search } = new URL(url);
  return new URL(pathname + search, endpoint).href;
}

function isRead({ method, headers }: PipelineRequest): boolean {
  return method === 'GET' || headers.get('x-ms-documentdb-isquery')?.toLowerCase() === 'true' || isPlan({ headers });
}

function isPlan({ headers }: Pick<PipelineRequest, 'headers'>): boolean {
  return headers.get('x-ms-cosmos-is-query-plan-request')?.toLowerCase() === 'true';
}

function isOnItems(request: PipelineRequest): boolean {
  return /\/docs(\/|$)/.test(new URL(request.url).pathname) && !isPlan(request);
}

function chargeOf(response: PipelineResponse): number {
  const charge = Number(response.headers.get('x-ms-request-charge') ?? 0);
  return Number.isNaN(charge) ? 0 : charge;
}
