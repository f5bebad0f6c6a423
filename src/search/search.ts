import { SkeinError } from '../core/errors.ts';
import type { MessageFilter } from '../core/filter.ts';
import type { Scope } from '../core/identity.ts';
import { messageKeyText, threadKeyText, type MessageKey } from '../core/ids.ts';
import { LIMITS } from '../core/limits.ts';
import type { Log } from '../core/log.ts';
import { keyOfMessage, keyOfThread, threadKeyOfMessage, type Message, type Thread } from '../core/thread.ts';
import { giveWay } from '../core/turns.ts';
import type { Embedder } from '../models/embedder.ts';
import type { Call, CandidateSource, MessageStore } from '../storage/store.ts';
import { meanDirection, queryLike } from './alike.ts';
import { byThread, type RankedThread } from './by-thread.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { foldDuplicates, type Folded } from './duplicates.ts';
import { findCandidates, type Wanted } from './find-candidates.ts';
import type { MessageHit, SearchMode, ThreadHit } from './hits.ts';
import { loadHits } from './load-hits.ts';
import { pageOf, type SearchPage } from './page.ts';
import { parseQuery } from './query.ts';
import { rememberLists, type RankedList } from './ranked-lists.ts';
import { rank, type Ranked } from './ranking.ts';

/** What to look for, where, and which page of it. */
export type SearchRequest = {
  readonly query: string;
  readonly filter: MessageFilter;
  readonly mode: SearchMode;
  /** Only hits with at least this score, 0 to 1. */
  readonly minScore?: number | null;
  /** Messages with the same text are not folded into one hit. */
  readonly apart?: boolean;
  /** 1 to 100. */
  readonly first: number;
  readonly after: string | null;
};

/** Which page of what is like an item. */
export type AlikeRequest = Pick<SearchRequest, 'first' | 'after'>;

/**
 * Finds messages, or threads by their messages: by a query, or by an item that is there.
 * All throw SkeinError BAD_USER_INPUT (`field` says which argument), LIMIT_EXCEEDED for a query of more than 1,000
 * characters, and UNAVAILABLE when the store cannot be reached, or in mode MEANING the embedder. In mode HYBRID a search
 * goes on by words when the embedder fails.
 */
export type Search = {
  messages(scope: Scope, request: SearchRequest, call: Call): Promise<SearchPage<MessageHit>>;
  threads(scope: Scope, request: SearchRequest, call: Call): Promise<SearchPage<ThreadHit>>;
  /** Messages like one: by its stored vector and its words, by its words alone where it has no vector. */
  similar(scope: Scope, message: Message, request: AlikeRequest, call: Call): Promise<SearchPage<MessageHit>>;
  /** Other threads like one: by the stored vectors and the words of its messages, and its title. */
  related(scope: Scope, thread: Thread, request: AlikeRequest, call: Call): Promise<SearchPage<ThreadHit>>;
};

type SearchParts = {
  readonly candidates: CandidateSource;
  readonly messages: Pick<MessageStore, 'get' | 'list'>;
  /** The embedder of the model whose vectors serve by now: another one after a switch. */
  readonly embedder: () => Embedder;
  readonly log: Log;
  readonly now: () => number;
};

/** What the found is to be like: texts for their words, stored messages for their direction. */
type Alike = Pick<Wanted, 'filter' | 'first'> & {
  readonly texts: readonly string[];
  readonly keys: readonly MessageKey[];
};

/** So many messages stand for their thread: the first ones, which say what it is about. */
const MESSAGES_A_THREAD = 40;

/** How far around a message its words count as its neighbours' context: they are found by them, and are not like it. */
const NEIGHBOURS = 2;

/** How many times as many candidates are looked at where most have the same text: 4, then 16. */
const WIDER = 4;
const WIDEST = 16;

export function createSearch(parts: SearchParts): Search {
  const lists = rememberLists(parts.now);

  /** The list that a page is asked of: the one that its cursor was given from, where it is still known, or a new one. */
  async function listFor(
    search: string,
    after: string | null,
    make: () => Promise<Omit<RankedList, 'id'>>,
  ): Promise<RankedList> {
    const known = after === null ? null : lists.recall(search, decodeCursor(after).list);
    return known ?? lists.keep(search, await make());
  }

  /** @param wanted is given the embedder whose model's vectors serve */
  async function ranked(
    scope: Scope,
    wanted: (embedder: Embedder) => Promise<Wanted>,
    call: Call,
  ): Promise<Omit<RankedList, 'id'>> {
    const embedder = parts.embedder();
    const search = await wanted(embedder);
    let found = await findCandidates({ ...parts, embedder }, scope, search, call);
    // A text that was pasted a hundred times must not keep out what else there is.
    for (let width = WIDER; found.isCrowded && width <= WIDEST; width *= WIDER) {
      found = await findCandidates({ ...parts, embedder }, scope, { ...search, width }, call);
    }
    // The model was switched meanwhile: its vectors may have been gone by the time they were asked for.
    if (parts.embedder() !== embedder) return ranked(scope, wanted, call);
    const { candidates, statistics, words } = found;
    await giveWay();
    const options = { mode: search.mode, meaningWeight: embedder.rankingWeight, statistics };
    return { ranked: await call.meter.time('ranking', () => Promise.resolve(rank(candidates, options))), words };
  }

  function listOf(scope: Scope, request: SearchRequest, call: Call): Promise<RankedList> {
    requireInRange(request);
    const { filter, mode, minScore, first, after } = request;
    const query = parseQuery(request.query);
    const search = JSON.stringify([scope, request.query, filter, mode, minScore ?? null]);
    return listFor(search, after, async () => {
      const list = await ranked(scope, () => Promise.resolve({ query, filter, mode, first }), call);
      return { ...list, ranked: list.ranked.filter(({ score }) => score >= (minScore ?? 0)) };
    });
  }

  /** What is found by words and, where there are stored vectors, by their direction. */
  async function like(scope: Scope, { texts, keys, ...rest }: Alike, call: Call): Promise<Omit<RankedList, 'id'>> {
    const query = queryLike(texts);
    const wanted = async ({ model, dimensions }: Embedder): Promise<Wanted> => {
      const vector = meanDirection(await parts.candidates.vectorsOf(scope, { model, dimensions }, keys, call));
      return vector === null ? { query, ...rest, mode: 'KEYWORD' } : { query, ...rest, mode: 'HYBRID', vector };
    };
    return ranked(scope, wanted, call);
  }

  function messagePage(
    scope: Scope,
    list: RankedList,
    { apart = false, ...request }: AlikeRequest & { apart?: boolean },
    call: Call,
  ): Promise<SearchPage<MessageHit>> {
    const cursor = ({ score, key }: Ranked) => encodeCursor({ list: list.id, score, key: messageKeyText(key) });
    const folded = apart ? list.ranked.map((one): Folded => ({ ...one, duplicates: [] })) : foldDuplicates(list.ranked);
    return pageOf(folded, request, cursor, messageKeyOf, (some) =>
      loadHits(parts.messages, scope, some, list.words, call),
    );
  }

  function threadPage(
    scope: Scope,
    list: RankedList,
    request: AlikeRequest,
    call: Call,
  ): Promise<SearchPage<ThreadHit>> {
    const cursor = ({ score, best }: RankedThread) =>
      encodeCursor({ list: list.id, score, key: threadKeyText(best.key) });
    return pageOf(byThread(list.ranked), request, cursor, threadKeyOf, async (some) => {
      const places = some.flatMap(({ hits }) => hits);
      const hits = await loadHits(parts.messages, scope, places, list.words, call);
      const found = new Map(places.map((one, at) => [one, hits[at] ?? null]));
      return some.map(({ best, score, hits: its }) => {
        const there = its.map((one) => found.get(one) ?? null).filter((hit) => hit !== null);
        const { owner, thread } = best.key;
        return there.length === 0 ? null : { thread: { owner, thread }, score, hits: there };
      });
    });
  }

  return {
    async messages(scope, request, call) {
      return messagePage(scope, await listOf(scope, request, call), request, call);
    },

    async threads(scope, request, call) {
      return threadPage(scope, await listOf(scope, request, call), request, call);
    },

    async similar(scope, message, request, call) {
      requireInRange(request);
      const key = keyOfMessage(message);
      const list = await listFor(JSON.stringify([scope, 'similar', key]), request.after, async () => {
        const { seq } = message;
        const window = {
          from: 'start',
          limit: 2 * NEIGHBOURS + 1,
          after: seq - NEIGHBOURS - 1,
          before: seq + NEIGHBOURS + 1,
        } as const;
        const [[around], found] = await Promise.all([
          parts.messages.list(scope, [{ thread: threadKeyOfMessage(message), filter: {}, window }], call),
          like(scope, { texts: [message.content], keys: [key], filter: {}, first: request.first }, call),
        ]);
        const leftOut = new Set([key, ...(around?.items ?? []).map(keyOfMessage)].map(messageKeyText));
        return { ...found, ranked: found.ranked.filter((one) => !leftOut.has(messageKeyText(one.key))) };
      });
      return messagePage(scope, list, request, call);
    },

    async related(scope, thread, request, call) {
      requireInRange(request);
      const key = keyOfThread(thread);
      const list = await listFor(JSON.stringify([scope, 'related', key]), request.after, async () => {
        const window = { from: 'start', limit: MESSAGES_A_THREAD, after: null, before: null } as const;
        const [page] = await parts.messages.list(scope, [{ thread: key, filter: {}, window }], call);
        const messages = page?.items ?? [];
        const texts = [thread.title ?? '', ...messages.map(({ content }) => content)];
        const filter = { excludedThreadKeys: [key] };
        return like(scope, { texts, keys: messages.map(keyOfMessage), filter, first: request.first }, call);
      });
      return threadPage(scope, list, request, call);
    },
  };
}

function messageKeyOf({ key }: Ranked): string {
  return messageKeyText(key);
}

function threadKeyOf({ best }: RankedThread): string {
  return threadKeyText(best.key);
}

/** @throws SkeinError BAD_USER_INPUT */
function requireInRange({ first, minScore }: Pick<SearchRequest, 'first' | 'minScore'>): void {
  if (!Number.isInteger(first) || first < 1 || first > LIMITS.pageSize) {
    throw badInput('first', `1 to ${String(LIMITS.pageSize)}`, first);
  }
  if (minScore != null && !(minScore >= 0 && minScore <= 1)) throw badInput('minScore', '0 to 1', minScore);
}

function badInput(field: string, expected: string, given: number): SkeinError {
  return new SkeinError('BAD_USER_INPUT', `\`${field}\` must be ${expected}, not ${String(given)}.`, { field });
}
