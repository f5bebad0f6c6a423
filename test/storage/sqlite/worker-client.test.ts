import assert from 'node:assert/strict';
import { describe, test, type TestContext } from 'node:test';
import { startWorker } from '../../../src/storage/sqlite/worker-client.ts';
import { assertRefused } from '../contract/setting.ts';
import type { operations } from './fragile-worker.ts';

describe('a storage thread', () => {
  test('answers what it is asked', async (t) => {
    const { worker } = start(t);
    await worker.ready();
    assert.deepEqual(await Promise.all(['a', 'b'].map((value) => worker.run('echo', value))), ['a', 'b']);
  });

  test('memory that is handed over is not copied: the caller has it no more', async (t) => {
    const { worker } = start(t);
    const { buffer } = new Uint8Array(1_000);
    await assert.rejects(worker.run('take', buffer, { moved: [buffer] }), /No\./);
    assert.equal(buffer.detached, true);
  });

  for (const end of ['die', 'crash'] as const) {
    test(`when it ends by "${end}", what it held is UNAVAILABLE, and the next call meets a new one`, async (t) => {
      const { worker, deaths } = start(t);
      const first = await worker.run('thread', null);
      await assertRefused(worker.run(end, null), 'UNAVAILABLE');
      assert.notEqual(await worker.run('thread', null), first);
      assert.equal(deaths.length, end === 'crash' ? 1 : 0);
    });
  }

  test('a caller that gives up is let go with its reason; one that waited is never run', async (t) => {
    const { worker } = start(t, 1);
    const stop = new AbortController();
    const first = worker.run('echo', 'first');
    const waiting = worker.run('die', null, { signal: stop.signal });
    stop.abort(new Error('The client has gone.'));
    await assert.rejects(waiting, /The client has gone/);
    assert.equal(await first, 'first');
    assert.equal(await worker.run('echo', 'still the same thread'), 'still the same thread');
  });

  test('what cannot be handed over is refused by itself: what comes after is answered, and a close ends', async (t) => {
    const { worker } = start(t, 1);
    const first = worker.run('echo', 'first');
    const refused = [worker.run('take', () => 'a function'), worker.run('take', () => 'another')];
    const next = worker.run('echo', 'next');
    for (const each of refused) await assert.rejects(each, /could not be cloned/);
    assert.deepEqual([await first, await next], ['first', 'next']);
    await assert.rejects(
      worker.run('take', () => 'a third'),
      /could not be cloned/,
    );
    await worker.close();
  });

  test('a close waits for what was asked, and refuses what comes after', async (t) => {
    const { worker } = start(t, 1);
    const answers = ['a', 'b', 'c'].map((value) => worker.run('echo', value));
    const closed = worker.close();
    await assertRefused(worker.run('echo', 'late'), 'UNAVAILABLE');
    await closed;
    assert.deepEqual(await Promise.all(answers), ['a', 'b', 'c']);
  });
});

function start(t: TestContext, atOnce = Infinity) {
  const deaths: Error[] = [];
  const worker = startWorker<typeof operations>({
    file: new URL('./fragile-worker.ts', import.meta.url),
    data: { path: '', maxBytes: null },
    atOnce,
    onDeath: (error) => deaths.push(error),
  });
  t.after(() => worker.close());
  return { worker, deaths };
}
