import createClient, { type ModelClient } from '@azure-rest/ai-inference';
import type { Authorization } from '../authorization.ts';

/** The protocol's latest version, and the SDK's default. */
const API_VERSION = '2024-05-01-preview';

export type InferenceEndpoint = {
  /** `https://NAME.services.ai.azure.com/models`, or that of a model's own deployment. */
  readonly endpoint: string;
  readonly authorization: Authorization;
  readonly apiVersion?: string | undefined;
};

/** What the server answered, its body as text or as the bytes of a stream. */
export type Answer = {
  readonly status: number;
  readonly header: (name: string) => string | undefined;
  readonly body: AsyncIterable<Uint8Array>;
};

/** Asks one of the protocol's two operations. */
export type InferenceClient = {
  /** @throws whatever the connection fails with; a status other than 200 is an answer */
  post(operation: '/chat/completions' | '/embeddings', body: object, signal: AbortSignal): Promise<Answer>;
};

/**
 * The SDK with what Skein does itself turned off: it does not try again, and each request brings its own authorization,
 * the same for both providers.
 */
export function inferenceClient({
  endpoint,
  authorization,
  apiVersion = API_VERSION,
}: InferenceEndpoint): InferenceClient {
  const client = createClient(endpoint, UNUSED, {
    apiVersion,
    retryOptions: { maxRetries: 0 },
    allowInsecureConnection: endpoint.startsWith('http:'),
  });
  client.pipeline.removePolicy({ name: 'bearerTokenAuthenticationPolicy' });
  return {
    async post(operation, body, signal) {
      const headers = await authorization.headers();
      return answerOf(await request(client, operation, body, headers, signal).asNodeStream());
    },
  };
}

/** The SDK wants a credential, and is kept from asking this one. */
const UNUSED = { getToken: () => Promise.resolve(null) };

function request(
  client: ModelClient,
  operation: '/chat/completions' | '/embeddings',
  body: object,
  headers: Record<string, string>,
  abortSignal: AbortSignal,
) {
  return client.pathUnchecked(operation).post({
    body,
    abortSignal,
    // Usage of a stream is asked for with a parameter that the protocol has only as an extra of the model's.
    headers: { ...headers, 'extra-parameters': 'pass-through' },
  });
}

function answerOf({
  status,
  headers,
  body,
}: {
  status: string;
  headers: Record<string, string | undefined>;
  body?: NodeJS.ReadableStream | undefined;
}): Answer {
  return { status: Number(status), header: (name) => headers[name], body: bytesOf(body) };
}

async function* bytesOf(body: NodeJS.ReadableStream | undefined): AsyncGenerator<Uint8Array, void> {
  for await (const chunk of body ?? []) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
}
