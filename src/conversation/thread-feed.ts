import { Repeater } from '@repeaterjs/repeater';
import { SkeinError } from '../core/errors.ts';
import type { Scope } from '../core/identity.ts';
import { threadKeyText, type MessageKey, type ThreadKey } from '../core/ids.ts';
import { keyOfThread, threadKeyOfMessage, type Message, type Thread } from '../core/thread.ts';
import type { Call, MessageStore } from '../storage/store.ts';
import { createMailbox, type Mailbox } from './mailbox.ts';
import type { ThreadEvent } from './thread-events.ts';

/** What writers tell the feed. Of an append only the fact: followers read what is new from the store, in order. */
type News = { readonly kind: 'appended' } | Exclude<ThreadEvent, { kind: 'appended' }>;

/**
 * What a follower may leave unread: 1,000 events, or 8 million characters of messages, whichever comes first. Appends
 * wait in the store, not here.
 */
const PATIENCE = 1_000;
const CHARACTERS_AN_EVENT = 8_000;

const REPLAY_PAGE = 100;

/** Carries what happens in threads from those who write to those who follow, within this server. */
export type ThreadFeed = ReturnType<typeof createThreadFeed>;

/** @param messages where followers read what they have not seen */
export function createThreadFeed(messages: Pick<MessageStore, 'list'>) {
  const followers = new Map<string, Set<Mailbox<News>>>();

  function tell(tenant: string, key: ThreadKey, news: News): void {
    for (const mailbox of followers.get(address(tenant, key)) ?? []) mailbox.put(news);
  }

  /** Puts up a mailbox at a thread. Closing it takes it down. */
  function listen(tenant: string, key: ThreadKey): { mailbox: Mailbox<News>; leave: () => void } {
    const where = address(tenant, key);
    const mailbox = createMailbox<News>({
      limit: PATIENCE,
      weightOf: (news) => 1 + (news.kind === 'finished' ? news.message.content.length / CHARACTERS_AN_EVENT : 0),
      repeats: (news, earlier) => news.kind === 'appended' && earlier.kind === 'appended',
      overflow: () =>
        new SkeinError('UNAVAILABLE', 'This follower fell too far behind; follow again from its last seq.'),
    });
    const here = followers.get(where) ?? new Set();
    followers.set(where, here.add(mailbox));
    const leave = (): void => {
      mailbox.close(null);
      here.delete(mailbox);
      if (here.size === 0 && followers.get(where) === here) followers.delete(where);
    };
    return { mailbox, leave };
  }

  /**
   * Replays the messages after `afterSeq` (null: none), then follows. Each message comes once, by seq, whatever order
   * its writers finished in. A repeater rather than a generator: a generator that waits cannot be ended from outside.
   */
  function follow(scope: Scope, thread: Thread, afterSeq: number | null, call: Call): Repeater<ThreadEvent, void> {
    return new Repeater(async (push, stop) => {
      const key = keyOfThread(thread);
      // Before the replay, so that nothing falls between.
      const { mailbox, leave } = listen(scope.tenant, key);
      void stop.then(leave);
      try {
        let seen = afterSeq ?? (await lastSeq(scope, key, call));
        const catchUp = async (): Promise<void> => {
          for await (const message of after(scope, key, seen, call)) {
            if (mailbox.ended) return;
            seen = message.seq;
            await push({ kind: 'appended', message });
          }
        };
        await catchUp();
        for (;;) {
          const news = await mailbox.next();
          if (news === null) break;
          if (news.kind === 'appended') await catchUp();
          else if (news.kind !== 'finished' || news.message.seq <= seen) await push(news);
          if (news.kind === 'deleted') break;
        }
        stop();
      } finally {
        leave();
      }
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
    superseded(tenant: string, key: MessageKey) {
      tell(tenant, key, { kind: 'superseded', key });
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
        for (const mailbox of here) mailbox.close(new SkeinError('UNAVAILABLE', 'The server is stopping.'));
      }
    },
  };
}

function address(tenant: string, key: ThreadKey): string {
  return `${tenant}\n${threadKeyText(key)}`;
}
