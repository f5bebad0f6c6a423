import type { ReplyEvent } from '../conversation/reply-events.ts';
import type { ThreadEvent } from '../conversation/thread-events.ts';
import { SkeinError } from '../core/errors.ts';
import { threadKeyOf } from '../core/global-id.ts';
import { readScope } from '../core/identity.ts';
import type { RequestContext } from './context.ts';
import { presentReplyEvent, presentThreadEvent } from './events.ts';
import type { SubscriptionResolvers } from './generated.ts';
import { sendInput } from './send-input.ts';

// An operation's context lives as long as its stream: each event forgets what was read for the one before.
export const Subscription: Required<SubscriptionResolvers> = {
  reply: {
    subscribe: async (_, { input }, { viewer, services, call }) => {
      const key = threadKeyOf(input.threadId, 'input.threadId');
      const run = services.sending.send(viewer, key, sendInput(viewer, input), call);
      // What is refused is refused here, as an error of the request rather than of its first event.
      await run.opening;
      return run.follow();
    },
    resolve: (event: ReplyEvent, _: unknown, { loaders }: RequestContext) => {
      loaders.forget();
      return presentReplyEvent(event);
    },
  },

  threadEvents: {
    subscribe: async (_, { threadId, afterSeq }, { viewer, services, loaders, call }) => {
      const thread = await loaders.thread.load(threadKeyOf(threadId, 'threadId'));
      if (thread === null) throw new SkeinError('NOT_FOUND', 'There is no thread with this id.', { field: 'threadId' });
      if (afterSeq != null && afterSeq < 0) {
        throw new SkeinError('BAD_USER_INPUT', '`afterSeq` must not be negative.', { field: 'afterSeq' });
      }
      return services.feed.follow(readScope(viewer), thread, afterSeq ?? null, call);
    },
    resolve: (event: ThreadEvent, _: unknown, { loaders }: RequestContext) => {
      loaders.forget();
      return presentThreadEvent(event);
    },
  },
};
