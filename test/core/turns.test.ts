import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import { test } from 'node:test';
import { setImmediate as immediately } from 'node:timers/promises';
import { giveWay } from '../../src/core/turns.ts';

/** Steps of a millisecond each, which it tells of. */
async function longWork(steps: number, step: () => void): Promise<void> {
  for (let count = 0; count < steps; count += 1) {
    await giveWay();
    compute(1);
    step();
  }
}

function compute(milliseconds: number): void {
  const until = performance.now() + milliseconds;
  while (performance.now() < until);
}

test('long work lets what comes meanwhile have its turn', async () => {
  let steps = 0;
  let seenAt = -1;
  const work = longWork(50, () => (steps += 1));
  setTimeout(() => (seenAt = steps), 1);
  await work;
  assert.ok(seenAt >= 0 && seenAt < 50, `a timer of a millisecond came after ${String(seenAt)} of 50 steps`);
});

test('what a turn has had its share of goes on no sooner than the loop has looked for what came', async () => {
  let steps = 0;
  const seen: number[] = [];
  // What others began ends.
  for (let turn = 0; turn < 3; turn += 1) await immediately();
  // Something has come: what is set for immediately ends this turn, and then a timer shows that the loop has come round.
  await stat('.');
  setImmediate(() => seen.push(steps));
  setTimeout(() => seen.push(steps), 1);
  await longWork(50, () => (steps += 1));
  const [atItsEnd = 0, atTheNextLook] = seen;
  assert.ok(atItsEnd > 0 && atItsEnd < 50, `the turn ended after ${String(atItsEnd)} of 50 steps`);
  assert.equal(atTheNextLook, atItsEnd);
});

test('works that are long at the same time take turns', async () => {
  const order: string[] = [];
  await Promise.all(['a', 'b', 'c'].map((name) => longWork(30, () => order.push(name))));
  const turns = order.filter((name, at) => name !== order[at - 1]).length;
  assert.equal(order.length, 90);
  assert.ok(turns > 6, `they changed ${String(turns)} times`);
});

test('works that wait and are short go on in the same turn', async () => {
  // This turn's share is used up.
  await longWork(2, () => compute(10));
  let ticks = 0;
  const timer = setInterval(() => (ticks += 1), 1);
  const seen = await Promise.all(
    ['a', 'b', 'c'].map(async () => {
      await giveWay();
      const before = ticks;
      compute(1);
      return before;
    }),
  );
  clearInterval(timer);
  assert.equal(new Set(seen).size, 1, `a timer of a millisecond had come ${seen.join(', ')} times`);
});

test('short work is done at once', async () => {
  // A busy machine may stop any of them for longer than a turn's share, but not all.
  const wereLater: boolean[] = [];
  for (let attempt = 0; attempt < 20; attempt += 1) {
    await immediately();
    let isLater = false;
    setImmediate(() => (isLater = true));
    for (let count = 0; count < 10; count += 1) await giveWay();
    wereLater.push(isLater);
  }
  assert.ok(wereLater.includes(false));
});
