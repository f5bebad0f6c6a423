import { cutSnippet } from '../search/snippet.ts';
import { orDefault, within } from './connection.ts';
import type { MessageHitResolvers } from './generated.ts';

export const MessageHit: MessageHitResolvers = {
  snippet: (hit, { length }) =>
    cutSnippet(hit.message.content, hit.best, within(orDefault(length, 200), 20, 2_000, 'length')),
};
