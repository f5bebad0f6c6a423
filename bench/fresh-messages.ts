import { setTimeout as rest } from 'node:timers/promises';
import { z } from 'zod';
import type { CorpusMessage } from './corpus.ts';
import { ask } from './running.ts';

/** Milliseconds from the acknowledgement of each append to the answer of a search that has the message. */
export type Found = {
  readonly byWords: readonly number[];
  readonly byMeaning: readonly number[];
  /** How many the first search by words after the acknowledgement did not have. */
  readonly missed: number;
};

/** Between looks at whether a message is indexed. */
const LOOK_MS = 20;

/** A thread a search is confined to: short enough that all of it is found. */
const MESSAGES_A_THREAD = 40;

const CREATE = `mutation { createThread(input: {}) { thread { id } } }`;
const APPEND = `mutation ($input: AppendMessagesInput!) { appendMessages(input: $input) { messages { id } } }`;
const INDEXING = `query ($id: ID!) { node(id: $id) { ... on Message { indexing } } }`;
const SEARCH = `query ($query: String!, $mode: SearchMode!, $threads: [ID!]!) {
  searchMessages(query: $query, mode: $mode, first: 50, filter: { threadIds: $threads }) {
    edges { node { message { id } } }
  }
}`;

const created = z.object({ createThread: z.object({ thread: z.object({ id: z.string() }) }) });
const appended = z.object({ appendMessages: z.object({ messages: z.tuple([z.object({ id: z.string() })]) }) });
const indexing = z.object({ node: z.object({ indexing: z.string() }) });
const hits = z.object({
  searchMessages: z.object({ edges: z.array(z.object({ node: z.object({ message: z.object({ id: z.string() }) }) })) }),
});

/**
 * Appends a message now and again, each with a word of its own, and looks for each until it is found by that word and by
 * what it says.
 * @param isOver asked before each append
 */
export async function watchFreshness(
  url: string,
  perSecond: number,
  messages: readonly CorpusMessage[],
  isOver: (appended: number) => boolean,
): Promise<Found> {
  const byWords: number[] = [];
  const byMeaning: number[] = [];
  const looking: Promise<void>[] = [];
  const started = performance.now();
  let missed = 0;
  let thread = '';

  async function finds(mode: 'KEYWORD' | 'MEANING', query: string, id: string, within: string): Promise<boolean> {
    const { searchMessages } = await ask(url, hits, SEARCH, { query, mode, threads: [within] });
    return searchMessages.edges.some(({ node }) => node.message.id === id);
  }

  async function appendAndLook({ role, content }: CorpusMessage, name: string, threadId: string): Promise<void> {
    const input = { threadId, messages: [{ role, content: `${name} ${content}` }] };
    const [{ id }] = (await ask(url, appended, APPEND, { input })).appendMessages.messages;
    const acknowledged = performance.now();
    const isFound = await finds('KEYWORD', name, id, threadId);
    byWords.push(performance.now() - acknowledged);
    if (!isFound) missed += 1;
    do {
      // Asking whether it is indexed costs the server next to nothing; a search by meaning is asked only then.
      while ((await ask(url, indexing, INDEXING, { id })).node.indexing === 'PENDING') await rest(LOOK_MS);
    } while (!(await finds('MEANING', content.slice(0, 300), id, threadId)));
    byMeaning.push(performance.now() - acknowledged);
  }

  for (let place = 0; !isOver(place); place += 1) {
    const message = messages[place % messages.length];
    if (message === undefined) break;
    if (place % MESSAGES_A_THREAD === 0) thread = (await ask(url, created, CREATE)).createThread.thread.id;
    await rest(Math.max(0, started + (place * 1_000) / perSecond - performance.now()));
    looking.push(appendAndLook(message, nameOf(place), thread));
  }
  await Promise.all(looking);
  return { byWords, byMeaning, missed };
}

/** A word that no other message has. */
function nameOf(place: number): string {
  return `zq${Array.from(String(place), (digit) => 'abcdefghij'.charAt(Number(digit))).join('')}qz`;
}
