import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Scope } from '../../../src/core/identity.ts';
import type { IndexTask } from '../../../src/storage/indexed.ts';
import type { Engine } from '../../../src/storage/store.ts';
import { aCall, aMessage, anOutcome, aPendingReply, aScope, messageKeyIn } from '../../support/builders.ts';
import {
  aKeywordQuery,
  aMeaningQuery,
  aModel,
  contentsOf,
  DIMENSIONS,
  embedAll,
  embedded,
  foundByMeaning,
  foundByWord,
  MODEL,
  vectorOf,
  waitingOf,
} from './searching.ts';
import { messagesOf, messagesSaying, startThread, useEngine, type MakeEngine } from './setting.ts';

/** Models with vectors of half the length: that half of the suite's which its letters are in. */
const NEXT = aModel('letters-2', DIMENSIONS / 2);
const THIRD = aModel('letters-3', DIMENSIONS / 2);

function nextVector(text: string): Float32Array {
  const vector = vectorOf(text).slice(DIMENSIONS - NEXT.dimensions);
  const length = Math.hypot(...vector) || 1;
  return vector.map((component) => component / length);
}

function embeddedBy(model: string, task: IndexTask) {
  const vector = model === MODEL ? vectorOf(task.message.content) : nextVector(task.message.content);
  const passages = [{ start: 0, end: task.message.content.length, vector }];
  return { ...embedded(task), model, outcome: { kind: 'embedded', passages } } as const;
}

async function buildAll(engine: Engine, scope: Scope, model: string): Promise<string[]> {
  const tasks = await waitingOf(engine, scope, model);
  await engine.index.store(
    tasks.map((task) => embeddedBy(model, task)),
    aCall(),
  );
  return tasks.map(({ message }) => message.content);
}

/** What a text finds by another model than the suite's. */
async function foundBy(model: string, engine: Engine, scope: Scope, text: string): Promise<string[]> {
  const query = aMeaningQuery(text, { model, vector: nextVector(text) });
  const { candidates } = await engine.candidates.byMeaning(scope, query, {}, 200, aCall());
  return contentsOf(engine, scope, candidates);
}

async function names(engine: Engine): Promise<(string | undefined)[]> {
  const { serving, building } = await engine.index.models(aCall());
  return [serving?.model, building?.model];
}

/** The switch from one embedding model to another. Each test has an engine of its own: which model serves is its state. */
export function describeModelSwitch(make: MakeEngine): void {
  describe('a switch of embedding models', () => {
    describe('the first model', () => {
      const setting = useEngine(make);

      test('serves at once, is told with its origin, and is adopted again without effect', async () => {
        const { engine, scope } = setting();
        await startThread(engine, scope, {}, messagesSaying('kayak'));
        await embedAll(engine, scope);
        const models = { serving: aModel(), building: null, done: 0, total: 0 };
        assert.deepEqual(await engine.index.adopt(aModel(), aCall()), models);
        assert.deepEqual(await engine.index.models(aCall()), models);
        assert.deepEqual(await waitingOf(engine, scope), []);
        assert.equal(await engine.index.promote(MODEL, aCall()), false);
      });
    });

    describe('from one to the next', () => {
      const setting = useEngine(make);

      test('serves from the old vectors until the new ones are complete, then from those alone', async () => {
        const { engine, scope, reopen } = setting();
        const messages = messagesSaying('kayak', ' ', 'moon', 'zzz');
        const { key } = await startThread(engine, scope, {}, messages);
        await embedAll(engine, scope);
        const adopted = await engine.index.adopt(NEXT, aCall());
        assert.deepEqual(
          [adopted.serving, adopted.building, adopted.done, adopted.total],
          [aModel(), NEXT, 0, 3],
          'the messages that are searched are to be embedded',
        );
        assert.deepEqual(await waitingOf(engine, scope), [], 'nothing waits for the old model');
        assert.equal(await engine.index.countPending(scope, aCall()), 0);
        assert((await messagesOf(engine, scope, key)).every(({ indexing }) => indexing === 'READY'));

        const waiting = await waitingOf(engine, scope, NEXT.model);
        assert.deepEqual(
          waiting.map(({ message }) => message.content),
          ['kayak', 'moon', 'zzz'],
        );
        const [first] = waiting;
        assert(first !== undefined);
        await engine.index.store([embeddedBy(NEXT.model, first)], aCall());
        assert.equal((await waitingOf(engine, scope, NEXT.model)).length, 2);
        const { done, total } = await engine.index.models(aCall());
        assert.deepEqual([done, total], [1, 3]);
        assert.equal((await foundByMeaning(engine, scope, 'kayak'))[0], 'kayak');
        assert.equal((await foundByMeaning(engine, scope, 'kayak')).length, 3, 'each once');
        assert.equal(await engine.index.promote(NEXT.model, aCall()), false, 'two messages have no new vector');

        // A stop in the middle: what is left goes on.
        const opened = await reopen(NEXT);
        assert.deepEqual(await names(opened), [MODEL, NEXT.model]);
        assert.deepEqual(await buildAll(opened, scope, NEXT.model), ['moon', 'zzz']);
        assert.equal(await opened.index.promote(NEXT.model, aCall()), true);
        assert.deepEqual(await names(opened), [NEXT.model, undefined]);
        assert.equal((await foundBy(NEXT.model, opened, scope, 'kayak'))[0], 'kayak');
        assert.equal((await foundByMeaning(opened, scope, 'kayak')).length, 3, 'a query under way is still answered');
        await opened.index.discard(aCall());
        assert.deepEqual(await foundByMeaning(opened, scope, 'kayak'), []);
        assert.equal((await foundBy(NEXT.model, opened, scope, 'kayak')).length, 3);
        assert.deepEqual(await waitingOf(opened, scope, NEXT.model), []);
        assert.equal(await opened.index.countPending(scope, aCall()), 0);
      });
    });

    describe('with vectors of two models', () => {
      const setting = useEngine(make);

      test('what words find is as near as the vectors of the model that is asked about say', async () => {
        const { engine, scope } = setting();
        await startThread(engine, scope, {}, messagesSaying('kayak', 'the kayak of my aunt'));
        await embedAll(engine, scope);
        await engine.index.adopt(NEXT, aCall());
        await buildAll(engine, scope, NEXT.model);
        for (const [model, vector] of [
          [MODEL, vectorOf('kayak')],
          [NEXT.model, nextVector('kayak')],
        ] as const) {
          const near = { model, dimensions: vector.length, vector: Promise.resolve(vector) };
          const query = aKeywordQuery({ terms: ['kayak'], near });
          const { candidates, nearness } = await engine.candidates.byKeyword(scope, query, {}, 10, aCall());
          const asked = aMeaningQuery('kayak', { model, vector, alongside: candidates });
          const { alongside } = await engine.candidates.byMeaning(scope, asked, {}, 10, aCall());
          assert.equal(alongside.length, 2);
          assert(alongside.every((one) => one !== null));
          assert.deepEqual(nearness ?? alongside, alongside, model);
        }
      });
    });

    describe('with news in the middle', () => {
      const setting = useEngine(make);

      test('what comes meanwhile waits for both models, and is PENDING only as long as the one that serves lacks it', async () => {
        const { engine, scope } = setting();
        const reply = aPendingReply({ content: '' });
        const { thread, key } = await startThread(engine, scope, {}, [aMessage({ content: 'kayak' }), reply]);
        await embedAll(engine, scope);
        await engine.index.adopt(NEXT, aCall());
        await buildAll(engine, scope, NEXT.model);
        await engine.messages.finish(scope, messageKeyIn(key, reply), anOutcome({ content: 'moon' }), aCall());
        await engine.messages.append(scope, thread.id, [aMessage({ content: 'zzz' })], aCall());
        assert.equal(await engine.index.countPending(scope, aCall()), 2);
        assert((await foundByWord(engine, scope, 'zzz')).includes('zzz'), 'by its words at once');
        for (const model of [MODEL, NEXT.model]) {
          const contents = (await waitingOf(engine, scope, model)).map(({ message }) => message.content);
          assert.deepEqual(contents.sort(), ['moon', 'zzz'], model);
        }
        const [moon] = (await waitingOf(engine, scope)).filter(({ message }) => message.content === 'moon');
        assert(moon !== undefined);
        // By the old one only: promoting would lose it.
        await engine.index.store([embedded(moon)], aCall());
        assert.equal(await engine.index.promote(NEXT.model, aCall()), false);
        // By the new one only: it is READY with the promotion.
        await buildAll(engine, scope, NEXT.model);
        assert.equal(await engine.index.countPending(scope, aCall()), 1);
        await engine.messages.append(scope, thread.id, [aMessage({ content: 'late' })], aCall());
        assert.equal(await engine.index.promote(NEXT.model, aCall()), true);
        assert.deepEqual(
          (await messagesOf(engine, scope, key)).map(({ content, indexing }) => [content, indexing]),
          [
            ['kayak', 'READY'],
            ['moon', 'READY'],
            ['zzz', 'READY'],
            ['late', 'PENDING'],
          ],
        );
        assert.equal(await engine.index.countPending(scope, aCall()), 1);
        assert.deepEqual(await buildAll(engine, scope, NEXT.model), ['late']);
        assert.equal(await engine.index.countPending(scope, aCall()), 0);
        assert.equal((await foundBy(NEXT.model, engine, scope, 'late')).length, 4);
      });
    });

    describe('with refusals', () => {
      const setting = useEngine(make);

      test('a message is FAILED by the model that serves: refused by the old one it may be READY by the new, and the other way', async () => {
        const { engine, scope } = setting();
        const { key } = await startThread(engine, scope, {}, messagesSaying('kayak', 'moon'));
        const failed = { kind: 'failed', reason: 'refused' } as const;
        const states = async () => (await messagesOf(engine, scope, key)).map(({ indexing }) => indexing);
        const storeBy = async (model: string, refused: string) => {
          const tasks = await waitingOf(engine, scope, model);
          const results = tasks.map((task) => {
            const result = embeddedBy(model, task);
            return task.message.content === refused ? { ...result, outcome: failed } : result;
          });
          await engine.index.store(results, aCall());
        };
        await storeBy(MODEL, 'kayak');
        await engine.index.adopt(NEXT, aCall());
        await storeBy(NEXT.model, 'moon');
        assert.deepEqual(await states(), ['FAILED', 'READY']);
        assert.deepEqual(await waitingOf(engine, scope, NEXT.model), []);
        assert.equal(await engine.index.promote(NEXT.model, aCall()), true);
        assert.deepEqual(await states(), ['READY', 'FAILED']);
        assert.deepEqual(await foundBy(NEXT.model, engine, scope, 'kayak'), ['kayak']);
        assert.deepEqual(await waitingOf(engine, scope, NEXT.model), []);
      });
    });

    describe('with changes of mind', () => {
      const setting = useEngine(make);

      test('a third model takes the place of the one that is built, and the serving one again gives it up', async () => {
        const { engine, scope } = setting();
        await startThread(engine, scope, {}, messagesSaying('kayak'));
        await embedAll(engine, scope);
        await engine.index.adopt(NEXT, aCall());
        await buildAll(engine, scope, NEXT.model);
        await engine.index.adopt(THIRD, aCall());
        assert.deepEqual(await names(engine), [MODEL, THIRD.model]);
        await engine.index.discard(aCall());
        assert.deepEqual(await foundBy(NEXT.model, engine, scope, 'kayak'), [], 'its vectors are gone');
        assert.deepEqual(await buildAll(engine, scope, THIRD.model), ['kayak']);
        await engine.index.adopt(aModel(), aCall());
        assert.deepEqual(await names(engine), [MODEL, undefined]);
        await engine.index.discard(aCall());
        assert.deepEqual(await foundBy(THIRD.model, engine, scope, 'kayak'), []);
        assert.equal(await engine.index.promote(THIRD.model, aCall()), false);
        assert.deepEqual(await foundByMeaning(engine, scope, 'kayak'), ['kayak']);
        // What was given up is not taken for done when it is wanted again.
        await engine.index.adopt(NEXT, aCall());
        assert.deepEqual(await buildAll(engine, scope, NEXT.model), ['kayak']);
        assert.equal(await engine.index.promote(NEXT.model, aCall()), true);
        assert.deepEqual(await foundBy(NEXT.model, engine, scope, 'kayak'), ['kayak']);
      });
    });

    describe('with deletions', () => {
      const setting = useEngine(make);

      test('a deleted message is gone from the vectors of both models, and from what waits', async () => {
        const { engine, scope, everyone } = setting();
        const messages = messagesSaying('kayak', 'moon');
        const { key } = await startThread(engine, scope, {}, messages);
        const other = await startThread(engine, scope, {}, messagesSaying('kayak, too'));
        await embedAll(engine, scope);
        await engine.index.adopt(NEXT, aCall());
        await buildAll(engine, scope, NEXT.model);
        const late = aMessage({ content: 'late' });
        await engine.messages.append(scope, key.thread, [late], aCall());
        const [kayak] = messages;
        assert(kayak !== undefined);
        for (const message of [kayak, late]) {
          await engine.messages.delete(scope, messageKeyIn(key, message), aCall());
        }
        await engine.threads.delete(scope, other.key.thread, aCall());
        assert.deepEqual(await waitingOf(engine, scope, NEXT.model), []);
        for (const whose of [scope, everyone]) {
          assert.deepEqual(await foundByMeaning(engine, whose, 'kayak'), ['moon']);
          assert.deepEqual(await foundBy(NEXT.model, engine, whose, 'kayak'), ['moon']);
        }
        const cosine = async (model: string, vector: Float32Array) => {
          const query = aMeaningQuery('', { model, vector });
          const { candidates } = await engine.candidates.byMeaning(scope, query, {}, 1, aCall());
          return candidates[0]?.cosine ?? 0;
        };
        // Alone in its thread now, it leans nowhere, by either model.
        assert((await cosine(MODEL, vectorOf('moon'))) > 0.999);
        assert((await cosine(NEXT.model, nextVector('moon'))) > 0.999);
        assert.equal(await engine.index.promote(NEXT.model, aCall()), true);
        assert.deepEqual(await foundBy(NEXT.model, engine, everyone, 'kayak'), ['moon']);
      });
    });

    describe('across tenants', () => {
      const setting = useEngine(make);

      test('each tenant and owner is found by itself, in both models, and no result crosses', async () => {
        const { engine, scope } = setting();
        const other = aScope('ada', `${scope.tenant}-other`);
        const thread = { id: (await startThread(engine, scope, {}, messagesSaying('kayak'))).thread.id };
        await startThread(engine, other, thread, messagesSaying('another kayak'));
        for (const whose of [scope, other]) await embedAll(engine, whose);
        await engine.index.adopt(NEXT, aCall());
        const [task] = await waitingOf(engine, scope, NEXT.model);
        assert(task !== undefined);
        await engine.index.store([{ ...embeddedBy(NEXT.model, task), tenant: other.tenant }], aCall());
        assert.deepEqual(await foundBy(NEXT.model, engine, other, 'kayak'), []);
        assert.deepEqual(await buildAll(engine, scope, NEXT.model), ['kayak']);
        assert.equal(await engine.index.promote(NEXT.model, aCall()), false, 'the other tenant waits');
        assert.deepEqual(await buildAll(engine, other, NEXT.model), ['another kayak']);
        assert.equal(await engine.index.promote(NEXT.model, aCall()), true);
        assert.deepEqual(await foundBy(NEXT.model, engine, scope, 'kayak'), ['kayak']);
        assert.deepEqual(await foundBy(NEXT.model, engine, other, 'kayak'), ['another kayak']);
      });

      test('a stored vector is known by the hash of its text, to its model alone', async () => {
        const { engine, scope } = setting();
        const { serving } = await engine.index.models(aCall());
        assert(serving !== null);
        await startThread(engine, scope, {}, messagesSaying('canoe'));
        const [task] = await waitingOf(engine, scope, serving.model);
        assert(task !== undefined);
        const vector = nextVector('canoe');
        const passages = [{ start: 0, end: 5, vector, textHash: 'hash-of-canoe' }];
        const outcome = { kind: 'embedded', passages } as const;
        await engine.index.store([{ ...embedded(task), model: serving.model, outcome }], aCall());
        const [known = null, unknown] = await engine.index.known(serving.model, ['hash-of-canoe', 'other'], aCall());
        assert.equal(unknown, null);
        // An engine may say that it does not know; when it does, it is the vector.
        if (known !== null) {
          assert(known.reduce((sum, value, at) => sum + value * (vector[at] ?? 0), 0) > 0.999);
        }
        assert.deepEqual(await engine.index.known('another', ['hash-of-canoe'], aCall()), [null]);
      });
    });
  });
}
