import type { ThreadStore } from '../store.ts';
import type { Access } from './access.ts';
import { isUnfiltered } from './filters.ts';
import type { Removal } from './removal.ts';
import { getThreads, listThreads } from './thread-reads.ts';

/** The thread port over an SQLite file. */
export function sqliteThreads(access: Access, removal: Removal): ThreadStore {
  const { now } = access;
  return {
    create: (scope, thread, call) => access.write('createThread', { scope, thread, now: now() }, call),

    async get(scope, keys, call) {
      const threads = await access.read(getThreads, { scope, keys, now: now() }, call);
      call.meter.storage({ requests: 0, rows: threads.filter((thread) => thread !== null).length });
      return threads;
    },

    async list(scope, filter, order, window, call) {
      const args = { scope, filter, order, window, now: now() };
      // An index leads straight to the page, unless a filter has the engine look at rows that it will not give.
      const page = isUnfiltered(filter)
        ? await access.read(listThreads, args, call)
        : await access.scan('listThreads', args, call);
      call.meter.storage({ requests: 0, rows: page.items.length });
      return page;
    },

    count: (scope, filter, call) => access.scan('countThreads', { scope, filter, now: now() }, call),

    update: (scope, thread, change, ifVersion, call) =>
      access.write('updateThread', { scope, thread, change, ifVersion, now: now() }, call),

    async delete(scope, thread, call) {
      const wasThere = await access.write('deleteThread', { scope, thread, now: now() }, call);
      if (wasThere) void removal.start();
      return wasThere;
    },

    async sweepExpired(limit, call) {
      const expired = await access.write('expireThreads', { limit, now: now() }, call);
      await removal.start();
      return expired;
    },
  };
}
