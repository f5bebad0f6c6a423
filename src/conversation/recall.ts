import type { MessageFilter } from '../core/filter.ts';
import { fingerprintOf } from '../core/words.ts';
import type { OwnerScope } from '../core/identity.ts';
import { threadKeyText, type ThreadKey } from '../core/ids.ts';
import { LIMITS } from '../core/limits.ts';
import { threadKeyOfMessage, type Message, type Thread } from '../core/thread.ts';
import type { Source } from '../models/chat.ts';
import type { MessageHit } from '../search/hits.ts';
import type { Search } from '../search/search.ts';
import type { Call, MessageStore, ThreadStore } from '../storage/store.ts';

/** How a reply draws on the owner's other threads. */
export type Recall = {
  readonly topK: number;
  readonly neighbours: number;
  readonly minScore: number | null;
  readonly filter: MessageFilter;
};

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
  const found = await search.messages(
    scope,
    {
      query,
      mode: 'HYBRID',
      filter: { statuses: ['COMPLETE'], ...filter, excludedThreadKeys: [thread] },
      minScore,
      // Some are left out below, and they are the ones that fit best; one may say what another that stays says, too.
      first: LIMITS.pageSize,
      apart: true,
      after: null,
    },
    call,
  );
  const hits = distinct(found.hits.filter(({ message }) => !leaveOut(message))).slice(0, topK);
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
  const texts = hits.map(({ message }) => fingerprintOf(message.content));
  return hits.filter((_, at) => texts[at] === null || texts.indexOf(texts[at] ?? null) === at);
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

/** Each hit's text with that of the messages around it, when they are asked for. */
async function surroundings(
  messages: MessageStore,
  scope: OwnerScope,
  hits: readonly MessageHit[],
  neighbours: number,
  call: Call,
): Promise<string[]> {
  if (neighbours === 0) return hits.map(({ message }) => message.content);
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
  return pages.map((page) => page.items.map(({ author, role, content }) => `${author ?? role}: ${content}`).join('\n'));
}
