import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { test } from 'node:test';
import { eachAtOnce } from '../../src/importing/each-at-once.ts';

type Item = { readonly key: string; readonly weight: number };

/** Works on items, two turns of the loop each, and notes how many were under way at once. */
async function run(
  items: readonly (Item | Error)[],
  more: { most?: number; signal?: AbortSignal; fail?: string } = {},
) {
  const started: string[] = [];
  const underWay = new Set<Item>();
  let peak = 0;
  let ended = 0;
  async function* source(): AsyncGenerator<Item> {
    for (const item of items) {
      await setImmediate();
      if (item instanceof Error) throw item;
      yield item;
    }
  }
  const work = async (item: Item): Promise<void> => {
    assert.ok(!Array.from(underWay).some(({ key }) => key === item.key));
    started.push(item.key);
    underWay.add(item);
    peak = Math.max(peak, underWay.size);
    for (let turn = 0; turn < 10; turn += 1) await setImmediate();
    underWay.delete(item);
    ended += 1;
    if (item.key === more.fail) throw new Error(`${item.key} failed`);
  };
  const { signal = new AbortController().signal, most = 100 } = more;
  const options = { atOnce: 3, most, weigh: ({ weight }: Item) => weight, keyOf: ({ key }: Item) => key, signal };
  const error: unknown = await eachAtOnce(source(), options, work).then(
    () => null,
    (reason: unknown) => reason,
  );
  return { started, ended, peak, error };
}

const items = (keys: string, weight = 1): Item[] => Array.from(keys, (key) => ({ key, weight }));

test('so many are worked on at once, and all in the end', async () => {
  assert.deepEqual(await run(items('abcdefgh')), { started: Array.from('abcdefgh'), ended: 8, peak: 3, error: null });
});

test('what weighs much is worked on alone', async () => {
  assert.equal((await run(items('abcd', 101))).peak, 1);
});

test('items of one key are worked on one after the other', async () => {
  assert.deepEqual((await run(items('aaabbb'))).started, Array.from('aaabbb'));
});

test('an error is thrown when what was under way has ended, and nothing new begins', async () => {
  const { started, ended, error } = await run(items('abcdefghijkl'), { fail: 'b' });
  assert.equal(error instanceof Error ? error.message : error, 'b failed');
  assert.equal(ended, started.length);
  assert.ok(started.length < 12);
});

test('an error of the source, too, waits for what is under way', async () => {
  const { started, ended, error } = await run([...items('ab'), new Error('unreadable')]);
  assert.equal(error instanceof Error ? error.message : error, 'unreadable');
  assert.deepEqual([started.length, ended], [2, 2]);
});

test('once aborted nothing begins', async () => {
  assert.deepEqual((await run(items('abc'), { signal: AbortSignal.abort() })).started, []);
});
