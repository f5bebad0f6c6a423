/**
 * How long each kind of request holds the server's main event loop, and so everybody else: `node bench/holds.ts`.
 *
 * Small requests with small answers, and the largest that the limits allow: pages and appends of 100 messages, messages
 * of 1 MB found by a search, appended, quoted in a reply, embedded. Each is asked one at a time, and then the loop's
 * longest hold is read, that of the first time by itself, beside how long a loop is held in which nothing is asked.
 */
import { join } from 'node:path';
import { setTimeout as rest } from 'node:timers/promises';
import { z } from 'zod';
import { makeCorpus, someMessages } from './corpus.ts';
import { beside, printLine } from './measure.ts';
import { APPEND, PAGE } from './page-query.ts';
import { ask, inTemporaryFolder, startWatchedSkein, untilIndexed } from './running.ts';

const ROUNDS = 20;

/** A limit of the contract, in UTF-8; the corpus is ASCII. */
const LONGEST = 1_000_000;

/** Enough for a page of hits. */
const LONG_MESSAGES = 12;

const QUERIES = 40;
const LOOK_MS = 500;

const CREATE = 'mutation { createThread(input: {}) { thread { id } } }';
const SEARCH = `query ($query: String!, $mode: SearchMode!) {
  searchMessages(query: $query, mode: $mode, first: 10) {
    edges { node { score matchedBy snippet highlights { text } message { id seq thread { id title } } } }
  }
}`;
const SEND = `mutation ($threadId: ID!, $content: String!) {
  sendMessage(input: { threadId: $threadId, content: $content }) { reply { id } }
}`;
const LONG_PAGE = 'query ($id: ID!) { thread(id: $id) { messages(first: 10) { edges { node { id content } } } } }';
const HUNDRED = PAGE.replace('first: 50', 'first: 100');

const created = z.object({ createThread: z.object({ thread: z.object({ id: z.string() }) }) });

const corpus = await makeCorpus(1);
const queries = corpus.queries(QUERIES);
const texts = someMessages(corpus, 40_000).map(({ content }) => content);

/** The corpus' sentences in a row, from one of them on. */
function longText(number: number): string {
  const from = (number * 1_009) % (texts.length - 10_000);
  return texts
    .slice(from, from + 10_000)
    .join(' ')
    .slice(0, LONGEST);
}

const said = (content: string) => ({ role: 'USER', content });

await inTemporaryFolder(async (folder) => {
  const server = await startWatchedSkein(join(folder, 'skein.db'));
  const as = (user: string) => ({ 'x-skein-user': user });
  const request = (query: string, variables: object, user: string) =>
    ask(server.url, z.unknown(), query, variables, as(user));
  const newThread = async (user: string) =>
    (await ask(server.url, created, CREATE, {}, as(user))).createThread.thread.id;
  const append = (threadId: string, contents: readonly string[], user: string) =>
    request(APPEND, { input: { threadId, messages: contents.map(said) } }, user);

  let idle = Number.NaN;
  /** Runs something once and then some times more, and prints how long each held the event loop at worst. */
  async function measure(name: string, rounds: number, run: (round: number) => Promise<unknown>): Promise<void> {
    // The first time compiles, and loads what is loaded once: a line of its own.
    await server.holds();
    await run(0);
    const first = await server.holds();
    printLine(`${name}, the first time`, first.elapsed, 'ms', `${first.computing.toFixed(1)} ms of it computing`);
    if (rounds === 0) return;
    for (let round = 1; round <= rounds; round += 1) await run(round);
    const { elapsed, computing } = await server.holds();
    const own = `${computing.toFixed(1)} ms of it computing`;
    printLine(`${name}, longest hold`, elapsed, 'ms', own, ...(idle > 0 ? [beside(elapsed / idle, 'idle')] : []));
    if (Number.isNaN(idle)) idle = elapsed;
  }

  try {
    await measure('nothing asked', 4, () => rest(LOOK_MS));
    const thread = await newThread('ann');
    await measure('append of 1', ROUNDS, (round) => append(thread, texts.slice(round, round + 1), 'ann'));
    await measure('append of 100', ROUNDS, (round) =>
      append(thread, texts.slice(round * 100, round * 100 + 100), 'ann'),
    );
    await measure('backlog embedded', 0, () => untilIndexed(server.url, as('ann')));
    await measure('page of 100', ROUNDS, () => request(HUNDRED, { id: thread }, 'ann'));
    for (const mode of ['HYBRID', 'KEYWORD', 'MEANING']) {
      await measure(`search, ${mode}`, 2 * QUERIES, (round) =>
        request(SEARCH, { query: queries[round % QUERIES], mode }, 'ann'),
      );
    }
    await append(thread, [`${queries[0] ?? ''} 🎈`], 'ann');
    await measure('search for what has an emoji', ROUNDS, () =>
      request(SEARCH, { query: queries[0], mode: 'HYBRID' }, 'ann'),
    );
    await measure('message sent, reply quoted', ROUNDS, async (round) =>
      request(SEND, { threadId: await newThread('ann'), content: queries[round % QUERIES] }, 'ann'),
    );

    const long = await newThread('bob');
    await measure('append of 1 MB', LONG_MESSAGES - 1, (round) => append(long, [longText(round)], 'bob'));
    await measure('append of 20 MB', 2, async (round) =>
      append(
        await newThread('cid'),
        Array.from({ length: 20 }, (_, at) => longText(round * 20 + at)),
        'cid',
      ),
    );
    await measure('1 MB messages being embedded', 20, () => rest(LOOK_MS));
    for (const mode of ['HYBRID', 'KEYWORD']) {
      await measure(`search among 1 MB messages, ${mode}`, QUERIES, (round) =>
        request(SEARCH, { query: queries[round % QUERIES], mode }, 'bob'),
      );
    }
    await measure('message sent, 1 MB messages quoted', 5, async (round) =>
      request(SEND, { threadId: await newThread('bob'), content: queries[round % QUERIES] }, 'bob'),
    );
    await measure('page of 10 MB', 5, () => request(LONG_PAGE, { id: long }, 'bob'));
  } finally {
    await server.stop();
  }
});
