import { FixedBuffer, Repeater, type Push, type Stop } from '@repeaterjs/repeater';
import { SkeinError } from '../core/errors.ts';
import type { Scope } from '../core/identity.ts';
import { threadKeyText, type MessageKey, type ThreadKey } from '../core/ids.ts';
import { keyOfThread, threadKeyOfMessage, type Message, type Thread } from '../core/thread.ts';
import type { Call, MessageStore } from '../storage/store.ts';
import type { ThreadEvent } from './thread-events.ts';

/** What writers tell the feed. Of an append only the fact: followers read what is new from the store, in order. */
type News =
  | { readonly kind: 'appended' }
  | { readonly kind: 'finished'; readonly message: Message }
  | { readonly kind: 'messageDeleted'; readonly key: MessageKey }
  | { readonly kind: 'changed'; readonly thread: Thread }
  | { readonly kind: 'deleted'; readonly key: ThreadKey };

type Follower = { push: Push<News>; stop: Stop };

/** Followers that fall this far behind (and 1,024 more) are dropped, with a reason, rather than buffered without bound. */
const PATIENCE = 1_024;
const REPLAY_PAGE = 100;

/** Carries what happens in threads from those who write to those who follow, within this server. */
export type ThreadFeed = ReturnType<typeof createThreadFeed>;

/** @param messages where followers read what they have not seen */
export function createThreadFeed(messages: Pick<MessageStore, 'list'>) {
  const followers = new Map<string, Set<Follower>>();

  function tell(tenant: string, key: ThreadKey, news: News): void {
    for (const follower of followers.get(address(tenant, key)) ?? []) {
      try {
        void follower.push(news);
      } catch {
        // The buffer is full, and so is the queue that a repeater keeps behind it.
        follower.stop(
          new SkeinError('UNAVAILABLE', 'This follower fell too far behind; follow again from its last seq.'),
        );
      }
    }
  }

  /** What a follower is told while it lives; it listens from the first `next()` on. */
  function listen(tenant: string, key: ThreadKey): Repeater<News, undefined> {
    const where = address(tenant, key);
    return new Repeater<News, undefined>(async (push, stop) => {
      const follower: Follower = { push, stop };
      const here = followers.get(where) ?? new Set();
      followers.set(where, here.add(follower));
      await stop;
      here.delete(follower);
      if (here.size === 0) followers.delete(where);
      return undefined;
    }, new FixedBuffer(PATIENCE));
  }

  /**
   * Replays the messages after `afterSeq` (null: none), then follows. Each message comes once, by seq, whatever order
   * its writers finished in. A repeater rather than a generator: a generator that waits cannot be ended from outside.
   */
  function follow(scope: Scope, thread: Thread, afterSeq: number | null, call: Call): Repeater<ThreadEvent, void> {
    return new Repeater(async (push, stop) => {
      const key = keyOfThread(thread);
      const news = listen(scope.tenant, key);
      const stopped = new AbortController();
      void stop.then(() => {
        stopped.abort();
        return news.return(undefined);
      });
      // Asking for the first item is what makes the news listen: before the replay, so that nothing falls between.
      let next = nextOf(news);
      let seen = afterSeq ?? (await lastSeq(scope, key, call));

      async function catchUp(): Promise<void> {
        for await (const message of after(scope, key, seen, call)) {
          if (stopped.signal.aborted) return;
          seen = message.seq;
          await push({ kind: 'appended', message });
        }
      }

      await catchUp();
      for (;;) {
        const { value, done } = await next;
        if (stopped.signal.aborted || done === true) break;
        next = nextOf(news);
        if (value.kind === 'appended') await catchUp();
        else if (value.kind !== 'finished' || value.message.seq <= seen) await push(value);
        if (value.kind === 'deleted') break;
      }
      await news.return(undefined);
      stop();
    });
  }

  async function lastSeq(scope: Scope, thread: ThreadKey, call: Call): Promise<number> {
    const window = { from: 'end', limit: 1, after: null, before: null } as const;
    const [page] = await messages.list(scope, [{ thread, filter: {}, window }], call);
    return page?.items.at(-1)?.seq ?? 0;
  }

  async function* after(scope: Scope, thread: ThreadKey, seq: number, call: Call): AsyncGenerator<Message, void> {
    for (let seen = seq; ;) {
      const window = { from: 'start', limit: REPLAY_PAGE, after: seen, before: null } as const;
      const [page] = await messages.list(scope, [{ thread, filter: {}, window }], call);
      yield* page?.items ?? [];
      seen = page?.items.at(-1)?.seq ?? seen;
      if (page?.more !== true) return;
    }
  }

  return {
    follow,
    appended(thread: Thread) {
      tell(thread.tenant, keyOfThread(thread), { kind: 'appended' });
    },
    finished(message: Message) {
      tell(message.tenant, threadKeyOfMessage(message), { kind: 'finished', message });
    },
    messageDeleted(tenant: string, key: MessageKey) {
      tell(tenant, key, { kind: 'messageDeleted', key });
    },
    changed(thread: Thread) {
      tell(thread.tenant, keyOfThread(thread), { kind: 'changed', thread });
    },
    deleted(tenant: string, key: ThreadKey) {
      tell(tenant, key, { kind: 'deleted', key });
    },
    /** Ends every follower's stream. */
    close() {
      for (const here of followers.values()) {
        for (const follower of here) follower.stop(new SkeinError('UNAVAILABLE', 'The server is stopping.'));
      }
    },
  };
}

/** Asked for ahead of need: should it fail before anyone awaits it, that is no unhandled rejection. */
function nextOf(news: Repeater<News, undefined>): Promise<IteratorResult<News, undefined>> {
  const next = news.next();
  next.catch(() => undefined);
  return next;
}

function address(tenant: string, key: ThreadKey): string {
  return `${tenant}\n${threadKeyText(key)}`;
}
