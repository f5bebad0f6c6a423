/**
 * A model server of OpenAI's protocol on loopback, in a process of its own, whose replies take exactly as long as they are
 * asked to. The last message of a conversation says how: `PIECES EVERY`, so many pieces, one every so many milliseconds;
 * with a third number, none begins before so many are under way. The first and the last piece say how many milliseconds
 * the server itself took to get there: what anyone waits beyond that is somebody else's doing.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as rest } from 'node:timers/promises';
import { z } from 'zod';

const DIMENSIONS = 1_536;
const VECTOR = Buffer.from(Float32Array.from({ length: DIMENSIONS }, (_, at) => Math.sin(at)).buffer).toString(
  'base64',
);

const chatRequest = z.object({ messages: z.array(z.object({ content: z.string().optional() })) });
const embeddingRequest = z.object({ input: z.array(z.string()) });

/** Requests that wait for others, by how many they wait for. */
const waiting = new Map<number, { count: number; complete: PromiseWithResolvers<undefined> }>();

async function together(many: number): Promise<void> {
  const gathering = waiting.get(many) ?? { count: 0, complete: Promise.withResolvers() };
  waiting.set(many, gathering);
  gathering.count += 1;
  if (gathering.count === many) {
    waiting.delete(many);
    gathering.complete.resolve(undefined);
  }
  await gathering.complete.promise;
}

async function chat(body: unknown, response: ServerResponse): Promise<void> {
  const started = performance.now();
  const { messages } = chatRequest.parse(body);
  const [pieces = 1, every = 0, many = 0] = (messages.at(-1)?.content ?? '').split(' ').map(Number);
  const say = (delta: object, finish: string | null = null): void => {
    const choices = [{ index: 0, delta, finish_reason: finish }];
    response.write(`data: ${JSON.stringify({ object: 'chat.completion.chunk', model: 'measured', choices })}\n\n`);
  };
  const took = (): string => `<${(performance.now() - started).toFixed(3)}>`;
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  if (many > 0) await together(many);
  for (let piece = 0; piece < pieces; piece += 1) {
    await rest(every);
    if (response.destroyed) return;
    say({ content: piece === 0 || piece === pieces - 1 ? took() : ' and so on' });
  }
  say({}, 'stop');
  response.end('data: [DONE]\n\n');
}

function embeddings(body: unknown, response: ServerResponse): void {
  const { input } = embeddingRequest.parse(body);
  const data = input.map((_, index) => ({ object: 'embedding', index, embedding: VECTOR }));
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ object: 'list', model: 'measured', data }));
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) if (chunk instanceof Uint8Array) chunks.push(chunk);
  const body: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  if (request.url === '/v1/embeddings') embeddings(body, response);
  else await chat(body, response);
}

const server = createServer((request, response) => {
  answer(request, response).catch(() => {
    response.destroy();
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address !== null && typeof address === 'object') console.log(`http://127.0.0.1:${String(address.port)}/v1`);
});
process.once('SIGTERM', () => process.exit(0));
