import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { aCall, aMessage, messageKeyIn } from '../../support/builders.ts';
import { DIMENSIONS, embedAll, embedded, MODEL, vectorOf, waitingOf } from './searching.ts';
import { startThread, useEngine, type MakeEngine } from './setting.ts';

const model = { model: MODEL, dimensions: DIMENSIONS };

/** Vectors that are stored, read back by the key of their message. */
export function describeStoredVectors(make: MakeEngine): void {
  describe('stored vectors', () => {
    const setting = useEngine(make);
    const cosine = (one: Float32Array | null | undefined, other: Float32Array) =>
      one == null ? null : one.reduce((sum, component, at) => sum + component * (other[at] ?? 0), 0);

    test('are given by key, each as its message is by itself, within the scope', async () => {
      const { engine, scope, bob, everyone } = setting();
      const [first, second, late] = ['kayak', 'moon', 'later'].map((content) => aMessage({ content }));
      assert(first !== undefined && second !== undefined && late !== undefined);
      const { key } = await startThread(engine, scope, {}, [first, second]);
      await embedAll(engine, scope);
      await engine.messages.append(scope, key.thread, [late], aCall());
      const keys = [second, late, first, aMessage()].map((message) => messageKeyIn(key, message));
      for (const whose of [scope, everyone]) {
        const [moon, none, kayak, unknown] = await engine.candidates.vectorsOf(whose, model, keys, aCall());
        assert((cosine(moon, vectorOf('moon')) ?? 0) > 0.999);
        assert((cosine(kayak, vectorOf('kayak')) ?? 0) > 0.999);
        assert.deepEqual([none, unknown], [null, null]);
      }
      const nothing = keys.map(() => null);
      assert.deepEqual(await engine.candidates.vectorsOf(bob, model, keys, aCall()), nothing);
      const another = { model: 'another', dimensions: DIMENSIONS };
      assert.deepEqual(await engine.candidates.vectorsOf(scope, another, keys, aCall()), nothing);
      assert.deepEqual(await engine.candidates.vectorsOf(scope, model, [], aCall()), []);
    });

    test('of a message of several passages are one', async () => {
      const { engine, scope } = setting();
      const message = aMessage({ content: 'kayak moon' });
      const { key } = await startThread(engine, scope, {}, [message]);
      const [task] = await waitingOf(engine, scope);
      assert(task !== undefined);
      const passages = [
        { start: 0, end: 5, vector: vectorOf('kayak') },
        { start: 6, end: 10, vector: vectorOf('moon') },
      ];
      await engine.index.store([{ ...embedded(task), outcome: { kind: 'embedded', passages } }], aCall());
      const [whole] = await engine.candidates.vectorsOf(scope, model, [messageKeyIn(key, message)], aCall());
      for (const { vector } of passages) assert((cosine(whole, vector) ?? 0) > 0.5);
    });
  });
}
