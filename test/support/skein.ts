import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compose, type Skein } from '../../src/compose.ts';
import { parseConfig } from '../../src/config.ts';
import { createApp } from '../../src/http/app.ts';
import type { Log } from '../../src/core/log.ts';
import type { ChatModel } from '../../src/models/chat.ts';
import { parseAnswer, textAt, type Answer } from './answer.ts';
import { silentLog } from './silent-log.ts';

/** A Skein as a client meets it: a server on loopback, on a file of its own in a temporary folder. */
export type TestSkein = {
  readonly url: string;
  readonly origin: string;
  readonly folder: string;
  readonly skein: Skein;
  /** Asks as the user named (in the tenant and roles given). */
  ask(query: string, variables?: object, who?: Who): Promise<Answer>;
  /** How many WebSockets are open. */
  sockets(): number;
  /** Resolves when everything stored is findable by meaning. */
  indexed(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
};

export type Who = { user?: string; tenant?: string; roles?: string };

export async function startSkein(
  options: { chat?: ChatModel; now?: () => number; env?: Record<string, string>; log?: Log } = {},
): Promise<TestSkein> {
  const folder = await mkdtemp(join(tmpdir(), 'skein-test-'));
  const config = parseConfig({ SKEIN_DATA: join(folder, 'skein.db'), SKEIN_PORT: '0', ...options.env });
  const { chat, now, log = silentLog } = options;
  const skein = await compose(config, log, { ...(chat && { chat }), ...(now && { now }) });
  const app = await createApp({
    services: skein.services,
    ping: () => skein.engine.ping(),
    drain: () => skein.services.sending.close(5_000),
    corsOrigins: config.corsOrigins,
    log,
  });
  const origin = await app.listen({ host: config.host, port: config.port });
  const url = `${origin}/graphql`;
  return {
    url,
    origin,
    folder,
    skein,
    ask: (query, variables, who) => ask(url, query, variables, who),
    sockets: () => app.websocketServer.clients.size,
    indexed: () => skein.indexer.idle(),
    async [Symbol.asyncDispose]() {
      await app.close();
      await skein.close(5_000);
      await rm(folder, { recursive: true });
    },
  };
}

/** Says who is asking: as headers, or as a WebSocket's connection parameters. */
export function headersOf(who: Who): Record<string, string> {
  return {
    ...(who.user !== undefined && { 'x-skein-user': who.user }),
    ...(who.tenant !== undefined && { 'x-skein-tenant': who.tenant }),
    ...(who.roles !== undefined && { 'x-skein-roles': who.roles }),
  };
}

/** One GraphQL request over HTTP. */
export async function ask(url: string, query: string, variables: object = {}, who: Who = {}): Promise<Answer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...headersOf(who),
    },
    body: JSON.stringify({ query, variables }),
  });
  return parseAnswer(await response.json());
}

/** A request whose body is the test's own. */
export async function postBody(
  url: string,
  body: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; answer: Answer }> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
  return { status: response.status, answer: parseAnswer(await response.json()) };
}

/** Opens a thread, appends messages to it, gives the thread's id. */
export async function threadWith(
  skein: Pick<TestSkein, 'ask'>,
  contents: readonly string[],
  { who, ...input }: { who?: Who; title?: string; instructions?: string } = {},
): Promise<string> {
  const created = await skein.ask(CREATE, { input }, who);
  const threadId = textAt(created.data, 'createThread.thread.id');
  if (contents.length > 0) {
    const messages = contents.map((content, at) => ({ role: at % 2 === 0 ? 'USER' : 'ASSISTANT', content }));
    const appended = await skein.ask(APPEND, { input: { threadId, messages } }, who);
    if (appended.errors) throw new Error(appended.errors[0]?.message);
  }
  return threadId;
}

export const CREATE = `mutation ($input: CreateThreadInput!) { createThread(input: $input) { thread { id title version } } }`;
export const APPEND = `mutation ($input: AppendMessagesInput!) {
  appendMessages(input: $input) { thread { id messageCount } messages { id seq content status indexing } }
}`;
export const SEND = `mutation ($input: SendMessageInput!) {
  sendMessage(input: $input) {
    thread { id messageCount }
    userMessage { id seq role content }
    reply { id seq role status content model finishReason recalled { id content thread { id } } failure { code } }
    failure { code message retryable }
  }
}`;
