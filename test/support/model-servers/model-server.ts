import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { z } from 'zod';
import { listeningPort } from '../listening-port.ts';
import { azureInferenceProtocol } from './azure-inference-protocol.ts';
import { openAiProtocol } from './openai-protocol.ts';
import type { Answer, WireRequest } from './protocol.ts';

/** A model server on loopback that speaks a published protocol and answers as a test tells it to. */
export type ModelServer = {
  /** What a client is configured with. */
  readonly url: string;
  readonly requests: readonly WireRequest[];
  /** Answers the next requests for chat completions, one each; the last one answers all that follow. */
  chat(...answers: readonly Answer[]): void;
  /** The same for embeddings. */
  embeddings(...answers: readonly Answer[]): void;
  [Symbol.asyncDispose](): Promise<void>;
};

const PROTOCOLS = { openai: openAiProtocol, 'azure-inference': azureInferenceProtocol } as const;

/** @param key that requests must carry; null: they need none */
export async function startModelServer(
  name: keyof typeof PROTOCOLS,
  { key = null }: { key?: string | null } = {},
): Promise<ModelServer> {
  const protocol = PROTOCOLS[name];
  const requests: WireRequest[] = [];
  const answers: Record<'chat' | 'embeddings', Answer[]> = { chat: [], embeddings: [] };

  const answer = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const request = await readRequest(incoming, response);
    requests.push(request);
    const refusal = protocol.refusal(request, key);
    if (refusal !== null) {
      await refusal(response, request);
      return;
    }
    const operation = protocol.operation(request.path);
    const queue = operation === null ? [] : answers[operation];
    const next = queue.length > 1 ? queue.shift() : queue[0];
    if (next === undefined) response.writeHead(404).end('{"error":{"code":"404","message":"Resource not found"}}');
    else await next(response, request);
  };

  const server = createServer((incoming, response) => {
    answer(incoming, response).catch(() => {
      response.destroy();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${listeningPort(server)}${protocol.basePath}`,
    requests,
    chat: (...next) => {
      answers.chat = [...next];
    },
    embeddings: (...next) => {
      answers.embeddings = [...next];
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const anyFields = z.record(z.string(), z.unknown());

async function readRequest(incoming: IncomingMessage, response: ServerResponse): Promise<WireRequest> {
  const body = anyFields.parse(await json(incoming));
  const abandoned = new Promise<void>((resolve) => {
    response.once('close', () => {
      if (!response.writableFinished) resolve();
    });
  });
  return {
    path: incoming.url ?? '',
    headers: incoming.headers,
    body,
    abandoned,
  };
}
