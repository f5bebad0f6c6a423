import { cutSnippet } from '../search/snippet.ts';
import { orDefault, within } from './connection.ts';
import type { MessageHitResolvers } from './generated.ts';
import { neighboursOf } from './neighbours.ts';
import { threadOf } from './thread-of.ts';

const MOST_DUPLICATES = 20;

export const MessageHit: MessageHitResolvers = {
  thread: ({ message }, _, { loaders }) => threadOf(message, loaders),
  snippet: async ({ message, shown }, given) => {
    const length = within(orDefault(given.length, 200), 20, 2_000, 'length');
    return cutSnippet(message.content, (await shown()).best, length);
  },
  highlights: async ({ shown }) => (await shown()).highlights,
  neighbours: ({ message }, given, { loaders }) => neighboursOf(message, given, loaders),
  duplicateCount: ({ duplicates }) => duplicates.length,
  duplicates: async (hit, _, { loaders }) => {
    const found = await Promise.all(hit.duplicates.slice(0, MOST_DUPLICATES).map((key) => loaders.message.load(key)));
    return found.filter((message) => message !== null);
  },
};
