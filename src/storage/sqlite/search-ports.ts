import { messageKeyText } from '../../core/ids.ts';
import type { Call, CandidateSource, IndexStore, KeywordCandidate } from '../store.ts';
import type { Access } from './access.ts';
import type { Removal } from './removal.ts';

/** The candidate port over an SQLite file. */
export function sqliteCandidates(access: Access): CandidateSource {
  const { now } = access;
  /** Where the messages were that words found, for when their nearness is asked about. */
  const rows = new WeakMap<KeywordCandidate, number>();
  return {
    async byKeyword(scope, query, filter, limit, call) {
      const found = await access.scan('byKeyword', { scope, query, filter, limit, now: now() }, call);
      call.meter.storage({ requests: 0, rows: found.messageRows.length });
      const candidates = found.candidates.map(({ key, counts }, at) => {
        const candidate = { key, counts };
        rows.set(candidate, found.messageRows[at] ?? 0);
        return candidate;
      });
      return { candidates, statistics: found.statistics };
    },
    // Words and meaning are looked up by two threads, at the same time.
    async byMeaning(scope, { alongside, ...query }, filter, limit, call) {
      const candidates = await access.scanVectors('nearestMessages', { scope, query, filter, limit, now: now() }, call);
      const found = new Map(candidates.map((one) => [messageKeyText(one.key), one]));
      const byWords = await alongside;
      const names = byWords.map(({ key }) => messageKeyText(key));
      const others = byWords.filter((_, at) => !found.has(names[at] ?? ''));
      const messages = others.map((one) => ({ key: one.key, messageRow: rows.get(one) ?? null }));
      const nearness =
        messages.length === 0 ? [] : await access.scanVectors('nearnessOf', { scope, query, messages }, call);
      const nearnessOf = new Map(others.map((one, at) => [one, nearness[at] ?? null]));
      call.meter.storage({ requests: 0, rows: candidates.length + messages.length });
      return {
        candidates,
        alongside: byWords.map((one, at) => {
          const { cosine, passage } = found.get(names[at] ?? '') ?? nearnessOf.get(one) ?? {};
          return cosine === undefined || passage === undefined ? null : { cosine, passage };
        }),
      };
    },
    spellings: (scope, words, call) => access.scan('spellings', { scope, words }, call),
    async vectorsOf(scope, model, keys, call) {
      const vectors = await access.scan('vectorsOf', { scope, model, keys, now: now() }, call);
      call.meter.storage({ requests: 0, rows: vectors.length });
      return vectors;
    },
  };
}

/** The index port over an SQLite file. */
export function sqliteIndex(access: Access, removal: Removal): IndexStore {
  const { now } = access;
  /** Whether the list of what is to be embedded anew is made, for the model that is being built. */
  let isEnlisted = false;

  async function enlistAll(call: Call): Promise<void> {
    while (!isEnlisted) isEnlisted = !(await access.write('enlist', null, call));
  }

  return {
    models: (call) => access.scan('models', null, call),
    async adopt({ model, dimensions, origin }, call) {
      isEnlisted = false;
      const models = await access.write('adopt', { model, dimensions, origin }, call);
      // What was being built, and is no more.
      void removal.start();
      return models;
    },
    async waiting(model, limit, call) {
      await enlistAll(call);
      const tasks = await access.scan('waiting', { model, limit, now: now() }, call);
      call.meter.storage({ requests: 0, rows: tasks.length });
      return tasks;
    },
    known: (model, textHashes, call) => access.scan('knownVectors', { model, textHashes }, call),
    promote: (model, call) => access.write('promote', { model, now: now() }, call),
    async discard(call) {
      await access.write('discardRetired', null, call);
      await removal.start();
    },
    store: (results, call) => access.write('storeVectors', { results, now: now() }, call),
    countPending: (scope, call) => access.scan('countPending', { scope, now: now() }, call),
  };
}
