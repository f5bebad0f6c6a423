import type { Nearness } from '../candidates.ts';
import type { Call, CandidateSource, IndexStore } from '../store.ts';
import type { Access } from './access.ts';
import { awaitedVector } from './awaited-vector.ts';
import { packResults } from './packed-results.ts';
import { unpackKeywordCandidates, unpackMeaningCandidates } from './packed-candidates.ts';
import type { Removal } from './removal.ts';
import { unpack } from './wire.ts';

/** The candidate port over an SQLite file. */
export function sqliteCandidates(access: Access): CandidateSource {
  const { now } = access;
  return {
    // How near they are to a vector is told at once when that comes while words are looked for, which most do.
    async byKeyword(scope, { near, ...query }, filter, limit, call) {
      const awaited = near === undefined ? null : awaitedVector(near);
      const found = await access.scan('byKeyword', { scope, query, filter, limit, near: awaited, now: now() }, call);
      const candidates = unpackKeywordCandidates(found.packed);
      const { statistics, nearness } = found;
      call.meter.storage({ requests: 0, rows: candidates.length });
      return { candidates, statistics, ...(nearness === null ? {} : { nearness: unpack(nearness) }) };
    },
    // By two threads at the same time: the one that looks for words also tells how near what it found is, where it could not
    // at once.
    async byMeaning(scope, { alongside, ...query }, filter, limit, call) {
      const nearnessAlongside = async (): Promise<(Nearness | null)[]> => {
        const keys = (await alongside).map(({ key }) => key);
        return keys.length === 0 ? [] : unpack(await access.scan('nearnessOf', { scope, query, keys }, call));
      };
      const [packed, nearness] = await Promise.all([
        access.scanVectors('nearestMessages', { scope, query, filter, limit, now: now() }, call),
        nearnessAlongside(),
      ]);
      const candidates = unpackMeaningCandidates(packed);
      call.meter.storage({ requests: 0, rows: candidates.length + nearness.length });
      return { candidates, alongside: nearness };
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
    async waiting(model, { from, limit }, call) {
      await enlistAll(call);
      const tasks = await access.scan('waiting', { model, from, limit, now: now() }, call);
      call.meter.storage({ requests: 0, rows: tasks.length });
      return tasks;
    },
    known: (model, textHashes, call) => access.scan('knownVectors', { model, textHashes }, call),
    promote: (model, call) => access.write('promote', { model, now: now() }, call),
    async discard(call) {
      await access.write('discardRetired', null, call);
      await removal.start();
    },
    async store(results, call) {
      const packed = await packResults(results);
      await access.write('storeVectors', packed, call, [packed.vectors.buffer]);
    },
    countPending: (scope, call) => access.scan('countPending', { scope, now: now() }, call),
  };
}
