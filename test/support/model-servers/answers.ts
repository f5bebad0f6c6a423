import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Answer } from './protocol.ts';

const SSE = { 'content-type': 'text/event-stream; charset=utf-8' };

/** Refuses with a status. */
export function refuses(status: number, body: unknown, headers: Record<string, string> = {}): Answer {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
}

/** Streams the events, each as one `data:` line, and the end mark. */
export function streams(...events: readonly unknown[]): Answer {
  return async (response) => {
    response.writeHead(200, SSE);
    await write(response, Buffer.from(asText(events)));
    response.end();
  };
}

/**
 * Streams the same bytes in packets of so many, which cuts characters, line ends and fields apart.
 * @param lineEnd of the stream: `\n`, `\r\n` or `\r`
 */
export function streamsInPackets(size: number, lineEnd: string, ...events: readonly unknown[]): Answer {
  return async (response) => {
    response.writeHead(200, SSE);
    const bytes = Buffer.from(asText(events).replaceAll('\n', lineEnd));
    for (let at = 0; at < bytes.length; at += size) {
      await write(response, bytes.subarray(at, at + size));
      // One turn of the event loop lets the packet go out alone.
      await new Promise((resolve) => setImmediate(resolve));
    }
    response.end();
  };
}

/** Streams the events, waits, and streams the rest and the end mark. */
export function pausesAfter(events: readonly unknown[], until: Promise<unknown>, ...rest: readonly unknown[]): Answer {
  return async (response) => {
    response.writeHead(200, SSE);
    await write(response, Buffer.from(events.map(eventText).join('')));
    await until;
    await write(response, Buffer.from(asText(rest)));
    response.end();
  };
}

/** Streams the events, then nothing, and leaves the connection open. */
export function stallsAfter(...events: readonly unknown[]): Answer {
  return async (response, request) => {
    response.writeHead(200, SSE);
    response.flushHeaders();
    await write(response, Buffer.from(events.map(eventText).join('')));
    await request.abandoned;
  };
}

/** Takes the request and answers nothing. */
export const staysSilent: Answer = async (_, request) => {
  await request.abandoned;
};

/**
 * Streams the events and part of another, then breaks the connection.
 * @param heard is waited for before the break: a reset takes with it what the other side has not read yet
 */
export function breaksAfter(events: readonly unknown[], heard: Promise<unknown> = Promise.resolve()): Answer {
  return async (response) => {
    response.writeHead(200, SSE);
    await write(response, Buffer.from(`${events.map(eventText).join('')}data: {"choices":[{"del`));
    await heard;
    response.socket?.resetAndDestroy();
  };
}

/** Streams the events and ends the answer in good order, without the end mark. */
export function endsAfter(...events: readonly unknown[]): Answer {
  return async (response) => {
    response.writeHead(200, SSE);
    await write(response, Buffer.from(events.map(eventText).join('')));
    response.end();
  };
}

/** Breaks the connection before it answers. */
export const breaksAtOnce: Answer = (response) => {
  response.socket?.resetAndDestroy();
};

/** One piece of text. */
export function says(content: string, more: Record<string, unknown> = {}): unknown {
  return chunk({ delta: { content }, finish_reason: null }, more);
}

/** The end of a reply. */
export function finishes(reason = 'stop'): unknown {
  return chunk({ delta: {}, finish_reason: reason });
}

/** A fragment of a tool call. */
export function callsTool(fragment: Record<string, unknown>): unknown {
  return chunk({ delta: { tool_calls: [fragment] }, finish_reason: null });
}

/** The chunk that follows the end when usage was asked for: it has no choices. */
export function countsTokens(input: number, output: number): unknown {
  return {
    ...envelope(),
    choices: [],
    usage: { prompt_tokens: input, completion_tokens: output, total_tokens: input + output },
  };
}

function chunk(choice: Record<string, unknown>, more: Record<string, unknown> = {}): unknown {
  return { ...envelope(), choices: [{ index: 0, logprobs: null, ...choice }], usage: null, ...more };
}

function envelope() {
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1_760_000_000,
    model: 'served-model-2026-01-01',
  };
}

function asText(events: readonly unknown[]): string {
  return `${events.map(eventText).join('')}data: [DONE]\n\n`;
}

function eventText(event: unknown): string {
  return typeof event === 'string' ? event : `data: ${JSON.stringify(event)}\n\n`;
}

async function write(response: ServerResponse, bytes: Buffer): Promise<void> {
  if (!response.write(bytes)) await once(response, 'drain');
}
