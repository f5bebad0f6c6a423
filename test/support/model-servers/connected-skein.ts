import { z } from 'zod';
import type { ChatModel } from '../../../src/models/chat.ts';
import { withoutKey } from '../../../src/models/authorization.ts';
import { connectInferenceChat } from '../../../src/models/azure-inference/chat.ts';
import { connectOpenAiChat } from '../../../src/models/openai/chat.ts';
import { DEFAULT_RETRIES, type RetryPolicy } from '../../../src/models/retries.ts';
import { DEFAULT_PATIENCE, type Patience } from '../../../src/models/stream-reply.ts';
import { silentLog } from '../silent-log.ts';
import { startSkein, type TestSkein } from '../skein.ts';
import { startModelServer, type ModelServer } from './model-server.ts';

/** A Skein whose replies come from a model server on loopback, over the wire. */
export type ConnectedSkein = TestSkein & { readonly server: ModelServer };

/** The usual tries, without the pauses between them. */
const RETRIES: RetryPolicy = { ...DEFAULT_RETRIES, pause: () => Promise.resolve() };

/** @param patience how long the model may take; the usual unless told */
export async function startConnectedSkein(
  protocol: Parameters<typeof startModelServer>[0],
  { patience, env }: { patience?: Partial<Patience>; env?: Record<string, string> } = {},
): Promise<ConnectedSkein> {
  const server = await startModelServer(protocol);
  const options = {
    authorization: withoutKey(),
    model: 'asked-model',
    log: silentLog,
    retries: RETRIES,
    patience: { ...DEFAULT_PATIENCE, ...patience },
  };
  const chat: ChatModel =
    protocol === 'openai'
      ? connectOpenAiChat({ baseUrl: server.url, ...options })
      : connectInferenceChat({ endpoint: server.url, ...options });
  const skein = await startSkein({ chat, ...(env && { env }) });
  return {
    ...skein,
    server,
    async [Symbol.asyncDispose]() {
      await skein[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** The messages of a request, as the model server received them. */
export function wireMessagesOf(server: ModelServer, request = -1): WireMessage[] {
  return z.array(wireMessage).parse(server.requests.at(request)?.body['messages'] ?? []);
}

export type WireMessage = z.infer<typeof wireMessage>;

// Loose: a test sees what else is sent.
const wireMessage = z.looseObject({ role: z.string(), content: z.string().optional() });
