import type { CandidateSource, IndexStore } from '../store.ts';
import type { Access } from './access.ts';

/** The candidate port over an SQLite file. */
export function sqliteCandidates(access: Access): CandidateSource {
  const { now } = access;
  return {
    async byKeyword(scope, query, filter, limit, call) {
      const found = await access.scan('byKeyword', { scope, query, filter, limit, now: now() }, call);
      call.meter.storage({ requests: 0, rows: found.candidates.length });
      return found;
    },
    async byMeaning(scope, query, filter, limit, call) {
      const found = await access.scan('byMeaning', { scope, query, filter, limit, now: now() }, call);
      call.meter.storage({ requests: 0, rows: found.candidates.length });
      return found;
    },
  };
}

/** The index port over an SQLite file. */
export function sqliteIndex(access: Access): IndexStore {
  const { now } = access;
  return {
    adopt: (model, dimensions, call) => access.write('adopt', { model, dimensions }, call),
    async waiting(limit, call) {
      const tasks = await access.scan('waiting', { limit, now: now() }, call);
      call.meter.storage({ requests: 0, rows: tasks.length });
      return tasks;
    },
    store: (results, call) => access.write('storeVectors', { results, now: now() }, call),
    countPending: (scope, call) => access.scan('countPending', { scope, now: now() }, call),
  };
}
