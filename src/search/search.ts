import { SkeinError } from '../core/errors.ts';
import type { MessageFilter } from '../core/filter.ts';
import type { Scope } from '../core/identity.ts';
import { messageKeyText, threadKeyText } from '../core/ids.ts';
import { LIMITS } from '../core/limits.ts';
import type { Log } from '../core/log.ts';
import type { Message } from '../core/thread.ts';
import type { Embedder } from '../models/embedder.ts';
import type { Call, CandidateSource, MessageStore } from '../storage/store.ts';
import { byThread, type RankedThread } from './by-thread.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { findCandidates } from './find-candidates.ts';
import { highlight } from './highlights.ts';
import type { MatchKind, MessageHit, SearchMode, ThreadHit } from './hits.ts';
import { pageOf, type SearchPage } from './page.ts';
import { parseQuery, type ParsedQuery } from './query.ts';
import { rememberLists, type RankedList } from './ranked-lists.ts';
import { rank, type Ranked } from './ranking.ts';

/** What to look for, where, and which page of it. */
export type SearchRequest = {
  readonly query: string;
  readonly filter: MessageFilter;
  readonly mode: SearchMode;
  /** Only hits with at least this score, 0 to 1. */
  readonly minScore?: number | null;
  /** 1 to 100. */
  readonly first: number;
  readonly after: string | null;
};

/**
 * Finds messages, or threads by their messages.
 * Both throw SkeinError BAD_USER_INPUT (`field` says which argument), LIMIT_EXCEEDED for a query of more than 1,000
 * characters, and UNAVAILABLE when the store cannot be reached, or in mode MEANING the embedder. In mode HYBRID a search
 * goes on by words when the embedder fails.
 */
export type Search = {
  messages(scope: Scope, request: SearchRequest, call: Call): Promise<SearchPage<MessageHit>>;
  threads(scope: Scope, request: SearchRequest, call: Call): Promise<SearchPage<ThreadHit>>;
};

type SearchParts = {
  readonly candidates: CandidateSource;
  readonly messages: Pick<MessageStore, 'get'>;
  readonly embedder: Embedder;
  readonly log: Log;
  readonly now: () => number;
};

export function createSearch(parts: SearchParts): Search {
  const lists = rememberLists(parts.now);

  /** The list that the request asks a page of: the one that its cursor was given from, where it is still known. */
  async function listFor(scope: Scope, request: SearchRequest, query: ParsedQuery, call: Call): Promise<RankedList> {
    const { filter, mode, minScore } = request;
    const search = JSON.stringify([scope, request.query, filter, mode, minScore ?? null]);
    const known = request.after === null ? null : lists.recall(search, decodeCursor(request.after).list);
    if (known !== null) return known;
    const { candidates, statistics } = await findCandidates(parts, scope, { query, filter, mode }, call);
    const ranked = await call.meter.time('ranking', () =>
      Promise.resolve(rank(candidates, { mode, meaningWeight: parts.embedder.rankingWeight, statistics })),
    );
    return lists.keep(
      search,
      ranked.filter(({ score }) => score >= (minScore ?? 0)),
    );
  }

  async function hitsOf(
    scope: Scope,
    ranked: readonly Ranked[],
    query: ParsedQuery,
    call: Call,
  ): Promise<(MessageHit | null)[]> {
    const messages = ranked.length === 0 ? [] : await parts.messages.get(scope, keysOf(ranked), call);
    return ranked.map((one, at) => {
      const message = messages[at] ?? null;
      return message === null ? null : hitOf(one, message, query);
    });
  }

  return {
    async messages(scope, request, call) {
      requireInRange(request);
      const query = parseQuery(request.query);
      const list = await listFor(scope, request, query, call);
      const cursor = ({ score, key }: Ranked) => encodeCursor({ list: list.id, score, key: messageKeyText(key) });
      return pageOf(list.ranked, request, cursor, messageKeyOf, async (some) => hitsOf(scope, some, query, call));
    },

    async threads(scope, request, call) {
      requireInRange(request);
      const query = parseQuery(request.query);
      const list = await listFor(scope, request, query, call);
      const cursor = ({ score, best }: RankedThread) =>
        encodeCursor({ list: list.id, score, key: threadKeyText(best.key) });
      return pageOf(byThread(list.ranked), request, cursor, threadKeyOf, async (some) => {
        const ranked = some.flatMap(({ hits }) => hits);
        const hits = await hitsOf(scope, ranked, query, call);
        const found = new Map(ranked.map((one, at) => [one, hits[at] ?? null]));
        return some.map(({ best, score, hits: its }) => {
          const there = its.map((one) => found.get(one) ?? null).filter((hit) => hit !== null);
          const { owner, thread } = best.key;
          return there.length === 0 ? null : { thread: { owner, thread }, score, hits: there };
        });
      });
    },
  };
}

function keysOf(ranked: readonly Ranked[]) {
  return ranked.map(({ key }) => key);
}

function messageKeyOf({ key }: Ranked): string {
  return messageKeyText(key);
}

function threadKeyOf({ best }: RankedThread): string {
  return threadKeyText(best.key);
}

function hitOf(
  { score, keywordScore, meaningScore, passage }: Ranked,
  message: Message,
  query: ParsedQuery,
): MessageHit {
  const byWords = keywordScore !== null && keywordScore > 0;
  const byMeaning = meaningScore !== null && meaningScore > 0;
  const matchedBy: MatchKind[] = [
    ...(byWords ? (['KEYWORD'] as const) : []),
    ...(byMeaning ? (['MEANING'] as const) : []),
  ];
  return {
    message,
    score,
    matchedBy,
    keywordScore: byWords ? keywordScore : null,
    meaningScore: byMeaning ? meaningScore : null,
    ...highlight(message.content, query.terms, passage),
  };
}

/** @throws SkeinError BAD_USER_INPUT */
function requireInRange({ first, minScore }: SearchRequest): void {
  if (!Number.isInteger(first) || first < 1 || first > LIMITS.pageSize) {
    throw badInput('first', `1 to ${String(LIMITS.pageSize)}`, first);
  }
  if (minScore != null && !(minScore >= 0 && minScore <= 1)) throw badInput('minScore', '0 to 1', minScore);
}

function badInput(field: string, expected: string, given: number): SkeinError {
  return new SkeinError('BAD_USER_INPUT', `\`${field}\` must be ${expected}, not ${String(given)}.`, { field });
}
