import { z } from 'zod';
import { tenantId } from '../src/core/identity.ts';
import { startMeter } from '../src/core/meter.ts';
import { connectCosmos } from '../src/storage/cosmos/engine.ts';
import type { CosmosEmulator } from '../test/support/cosmos/emulator.ts';
import type { RequestRecord } from '../test/support/cosmos/request-log.ts';
import { saying, scriptedChat } from '../test/support/scripted-chat.ts';
import { silentLog } from '../test/support/silent-log.ts';
import { startSkein } from '../test/support/skein.ts';
import type { Corpus, CorpusMessage } from './corpus.ts';
import { ask } from './running.ts';

/** What requests of the API take, of Cosmos DB. */
export type RequestCosts = {
  /** Request units of one `sendMessage`: two messages, with the history; and how many storage requests it is. */
  readonly send: Cost;
  readonly page: Cost;
  readonly list: Cost;
  readonly searches: Readonly<Record<Mode, Cost>>;
  readonly tenantSearch: Cost;
  readonly ledger: Cost;
  /** To store one message's vectors, without looks for what waits. */
  readonly indexing: number;
  /** One physical partition's answer to a look what waits, when nothing does. */
  readonly waiting: number;
  /** Of all items that a message comes to, its passages' included. */
  readonly bytesPerMessage: number;
};

export type Cost = { readonly requestUnits: number; readonly requests: number };
type Mode = (typeof MODES)[number];

export const MODES = ['HYBRID', 'KEYWORD', 'MEANING'] as const;

/** What is searched: the owner's own, and as many of others in the same tenant. */
export const OWNED = 1_000;
const OTHERS = ['ben', 'cleo', 'dora', 'emil'];
const SENDS = 6;
const SEARCHES = 10;
const PAGE_SIZE = 50;
const LIST_SIZE = 20;

const CREATE = `mutation ($title: String) { createThread(input: { title: $title }) { thread { id } } }`;
const APPEND = `mutation ($input: AppendMessagesInput!) { appendMessages(input: $input) { thread { id } } }`;
const SEND = `mutation ($input: SendMessageInput!) { sendMessage(input: $input) { thread { id } reply { id content } } }`;
const MESSAGE = 'id seq role author content model status createdAt indexing metadata';
const PAGE = `query ($id: ID!) {
  thread(id: $id) { id title messages(first: ${String(PAGE_SIZE)}) { edges { node { ${MESSAGE} } } pageInfo { hasNextPage } } } }`;
const LIST = `{ threads(first: ${String(LIST_SIZE)}) { edges { node { id title messages(last: 1) { edges { node { ${MESSAGE} } } } } } } }`;
const SEARCH = `query ($query: String!, $mode: SearchMode!) {
  searchMessages(query: $query, mode: $mode, first: 10) { edges { node { score snippet message { id content thread { title } } } } } }`;

const created = z.object({ createThread: z.object({ thread: z.object({ id: z.string() }) }) });
const costed = z.object({
  errors: z.undefined().optional(),
  extensions: z.object({ cost: z.object({ requestUnits: z.number(), storageRequests: z.number() }) }),
});

type Who = { readonly user: string; readonly roles?: string };

/** Measures over HTTP, on a Skein whose store is the emulator: what `extensions.cost` says. */
export async function measureRequests(emulator: CosmosEmulator, corpus: Corpus): Promise<RequestCosts> {
  const reply = corpus.thread(0).messages.find(({ role }) => role === 'ASSISTANT')?.content ?? '';
  const chat = scriptedChat(() => saying(reply));
  const env = { COSMOS_ENDPOINT: emulator.endpoint, COSMOS_KEY: emulator.key, COSMOS_DATABASE: 'requests' };
  await using skein = await startSkein({ env, chat });
  const { url } = skein;

  const costOf = async (query: string, variables: object = {}, who: Who = ANN): Promise<Cost> => {
    const answer = costed.parse(await skein.ask(query, variables, who));
    const { requestUnits, storageRequests } = answer.extensions.cost;
    return { requestUnits, requests: storageRequests };
  };
  const open = async (title: string, who: Who): Promise<string> => {
    const headers = { 'x-skein-user': who.user };
    return (await ask(url, created, CREATE, { title }, headers)).createThread.thread.id;
  };
  const store = async (who: Who, threads: Iterable<{ title: string; messages: readonly CorpusMessage[] }>) => {
    for (const { title, messages } of threads) {
      const input = {
        threadId: await open(title, who),
        messages: messages.map(({ role, content }) => ({ role, content })),
      };
      await costOf(APPEND, { input }, who);
    }
  };

  let next = 0;
  await store(ANN, threadsUpTo(OWNED));
  for (const user of OTHERS) await store({ user }, threadsUpTo(OWNED / OTHERS.length));
  await skein.indexed();

  const long = await open('One page and more', ANN);
  const messages = Array.from({ length: 90 }, (_, at) => ({ role: 'USER', content: `${reply} ${String(at)}` }));
  await costOf(APPEND, { input: { threadId: long, messages } });
  await skein.indexed();
  emulator.forgetRequests();
  const sends: Cost[] = [];
  for (let at = 0; at < SENDS; at += 1) {
    sends.push(await costOf(SEND, { input: { threadId: long, content: corpus.phrases[at] ?? '' } }));
    await skein.indexed();
  }
  const looks = emulator.requests.filter(asksWhatWaits);
  const indexing = chargeOf(emulator.requests) - chargeOf(looks) - sum(sends).requestUnits;

  const searchAs = async (who: Who, mode: Mode) => {
    const costs: Cost[] = [];
    for (const query of corpus.queries(SEARCHES)) costs.push(await costOf(SEARCH, { query, mode }, who));
    return mean(costs);
  };
  // The first search counts the messages there are, for some minutes.
  await searchAs(ANN, 'HYBRID');
  await searchAs(ANALYST, 'HYBRID');
  const day = new Date().toISOString().slice(0, 10);
  const { meter } = { meter: startMeter() };
  await skein.skein.engine.ledger.read({ tenant: tenantId('default'), owner: null }, { from: day, to: day }, { meter });
  return {
    send: mean(sends),
    page: await costOf(PAGE, { id: long }),
    list: await costOf(LIST),
    searches: {
      HYBRID: await searchAs(ANN, 'HYBRID'),
      KEYWORD: await searchAs(ANN, 'KEYWORD'),
      MEANING: await searchAs(ANN, 'MEANING'),
    },
    tenantSearch: await searchAs(ANALYST, 'HYBRID'),
    ledger: { requestUnits: meter.cost.requestUnits, requests: meter.cost.storageRequests },
    indexing: indexing / (2 * SENDS),
    waiting: await aLook(),
    bytesPerMessage:
      emulator.storedBytes({ database: 'requests', container: 'threads' }) / (2 * OWNED + 90 + 2 * SENDS),
  };

  /** What a physical partition charges for a look of a server that starts. */
  async function aLook(): Promise<number> {
    const { embedder } = skein.skein;
    const engine = await connectCosmos({
      endpoint: emulator.endpoint,
      database: env.COSMOS_DATABASE,
      identity: { key: emulator.key },
      dimensions: embedder.dimensions,
      log: silentLog,
    });
    const call = { meter: startMeter() };
    await engine.index.adopt(embedder, call);
    emulator.forgetRequests();
    await engine.index.waiting(embedder.model, { from: 'oldest', limit: 1 }, call);
    const asked = emulator.requests.filter(asksWhatWaits);
    const charge = chargeOf(asked) / asked.length;
    await engine.close();
    return charge;
  }

  function* threadsUpTo(count: number) {
    for (let left = count; left > 0;) {
      const { title, messages: all } = corpus.thread(next++);
      const some = all.slice(0, left);
      left -= some.length;
      yield { title, messages: some };
    }
  }
}

const ANN: Who = { user: 'ann' };
const ANALYST: Who = { user: 'zoe', roles: 'analyst' };

function asksWhatWaits({ query }: RequestRecord): boolean {
  return query?.includes('waitingSince ASC') === true;
}

function chargeOf(requests: readonly RequestRecord[]): number {
  return requests.reduce((total, { charge }) => total + charge, 0);
}

function sum(costs: readonly Cost[]): Cost {
  const of = (part: keyof Cost) => costs.reduce((total, cost) => total + cost[part], 0);
  return { requestUnits: of('requestUnits'), requests: of('requests') };
}

function mean(costs: readonly Cost[]): Cost {
  const { requestUnits, requests } = sum(costs);
  return { requestUnits: requestUnits / costs.length, requests: requests / costs.length };
}
