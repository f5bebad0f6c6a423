import type { MessageFilter } from '../core/filter.ts';
import type { OwnerScope } from '../core/identity.ts';
import { threadKeyText, type ThreadKey } from '../core/ids.ts';
import { LIMITS } from '../core/limits.ts';
import { threadKeyOfMessage, type Message, type Thread } from '../core/thread.ts';
import type { Source } from '../models/chat.ts';
import type { MessageHit } from '../search/hits.ts';
import type { Search } from '../search/search.ts';
import type { Call, MessageStore, ThreadStore } from '../storage/store.ts';
import { excerptAround } from './excerpt.ts';

/** How a reply draws on the owner's other threads. */
export type Recall = {
  readonly topK: number;
  readonly neighbours: number;
  readonly minScore: number | null;
  readonly filter: MessageFilter;
};

/** Of one source; a model's window is for the conversation, and not all of a long text fits the question. */
const SOURCE_CHARACTERS = 6_000;

/** For each source that is wanted, so many hits are looked at at once: some are left out. */
const HITS_A_SOURCE = 4;

/** What recall found: the material, and the messages it is from, in the same order. */
export type Recalled = { readonly sources: readonly Source[]; readonly messages: readonly Message[] };

/**
 * Finds what the owner's other threads have to say about a message.
 * @param leaveOut hits that must not come back as material (a model's own quotations, say)
 */
export async function recallFor(
  { search, threads, messages }: { search: Pick<Search, 'messages'>; threads: ThreadStore; messages: MessageStore },
  scope: OwnerScope,
  thread: ThreadKey,
  question: string,
  { topK, neighbours, minScore, filter }: Recall,
  leaveOut: (message: Message) => boolean,
  call: Call,
): Promise<Recalled> {
  const query = asQuery(question);
  if (query === '') return { sources: [], messages: [] };
  const request = {
    query,
    mode: 'HYBRID',
    filter: { statuses: ['COMPLETE'], ...filter, excludedThreadKeys: [thread] },
    minScore,
    first: Math.min(LIMITS.pageSize, HITS_A_SOURCE * topK),
    // One that is left out, and it may be the one that fits best, may say what another that stays says, too.
    apart: true,
  } as const;
  let hits: MessageHit[] = [];
  let after: string | null = null;
  do {
    const page = await search.messages(scope, { ...request, after }, call);
    hits = distinct([...hits, ...page.hits.filter(({ message }) => !leaveOut(message))]).slice(0, topK);
    after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
  } while (after !== null && hits.length < topK);
  if (hits.length === 0) return { sources: [], messages: [] };
  const [titles, contents] = await Promise.all([
    titlesOf(threads, scope, hits, call),
    surroundings(messages, scope, hits, neighbours, call),
  ]);
  const sources = hits.map(({ message, score }, at): Source => ({
    number: at + 1,
    content: contents[at] ?? message.content,
    author: message.author,
    said: message.role === 'USER' ? 'by the user' : 'by an assistant',
    threadTitle: titles.get(threadKeyText(threadKeyOfMessage(message))) ?? null,
    createdAt: message.createdAt,
    score,
  }));
  return { sources, messages: hits.map(({ message }) => message) };
}

/** Hits of which no two have the same text: the first of them. */
function distinct(hits: readonly MessageHit[]): MessageHit[] {
  const texts = hits.map(({ fingerprint }) => fingerprint);
  return hits.filter(({ fingerprint }, at) => fingerprint === null || texts.indexOf(fingerprint) === at);
}

/** What a person says is no query: quotation marks, a dash before a word and `author:` mean nothing special in it. */
function asQuery(text: string): string {
  const plain = text.replaceAll(/["“”„«»]|(?<=^|\s)[-−]+(?=\S)|(?<=(?:^|\s)author):/giu, ' ').trim();
  return Array.from(plain).slice(0, LIMITS.queryCharacters).join('');
}

async function titlesOf(
  threads: ThreadStore,
  scope: OwnerScope,
  hits: readonly MessageHit[],
  call: Call,
): Promise<Map<string, string | null>> {
  const keys = new Map(
    hits.map(({ message }) => [threadKeyText(threadKeyOfMessage(message)), threadKeyOfMessage(message)]),
  );
  const found = await threads.get(scope, [...keys.values()], call);
  return new Map(
    found
      .filter((thread): thread is Thread => thread !== null)
      .map((thread) => [threadKeyText({ owner: thread.owner, thread: thread.id }), thread.title]),
  );
}

/**
 * Each hit's text with that of the messages around it, when they are asked for. Of long ones, parts: of the hit the one
 * that fits, of the others the beginning; they have half of the room together.
 */
async function surroundings(
  messages: MessageStore,
  scope: OwnerScope,
  hits: readonly MessageHit[],
  neighbours: number,
  call: Call,
): Promise<string[]> {
  const around = await Promise.all(hits.map(async ({ shown }) => (await shown()).best));
  const excerpt = (hit: MessageHit, at: number, length: number) =>
    excerptAround(hit.message.content, around[at] ?? BEGINNING, length);
  if (neighbours === 0) return hits.map((hit, at) => excerpt(hit, at, SOURCE_CHARACTERS));
  const pages = await messages.list(
    scope,
    hits.map(({ message }) => ({
      thread: threadKeyOfMessage(message),
      filter: {},
      window: {
        from: 'start',
        limit: 2 * neighbours + 1,
        after: Math.max(0, message.seq - neighbours - 1),
        before: message.seq + neighbours + 1,
      },
    })),
    call,
  );
  return hits.map((hit, at) => {
    const lines = (pages[at]?.items ?? []).map((message) => {
      const isHit = message.seq === hit.message.seq;
      const text = isHit
        ? excerpt(hit, at, SOURCE_CHARACTERS / 2)
        : excerptAround(message.content, BEGINNING, SOURCE_CHARACTERS / 2 / (2 * neighbours));
      return `${message.author ?? message.role}: ${text}`;
    });
    return lines.join('\n');
  });
}

const BEGINNING = { start: 0, end: 0 };
