import { SkeinError } from '../core/errors.ts';
import type { ThreadHitResolvers } from './generated.ts';

export const ThreadHit: ThreadHitResolvers = {
  thread: async ({ thread: key }, _, { loaders }) => {
    const thread = await loaders.thread.load(key);
    if (thread === null) throw new SkeinError('NOT_FOUND', 'This thread was deleted meanwhile.');
    return thread;
  },
};
