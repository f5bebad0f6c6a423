import assert from 'node:assert/strict';
import { test } from 'node:test';

import { encoderThread } from '../../../src/models/local/encoder-thread.ts';

const aThread = (): ReturnType<typeof encoderThread> =>
  encoderThread(new URL('./crashing-worker.ts', import.meta.url), 1);

test('a thread that dies rejects who waits with UNAVAILABLE, and the next call starts another', async () => {
  const thread = aThread();
  for (const fate of ['crash', 'exit']) {
    await assert.rejects(thread.encode([fate]), { name: 'SkeinError', code: 'UNAVAILABLE' });
    assert.equal((await thread.encode(['a', 'b'])).length, 1024);
  }
  await thread.close();
});

test('why a thread died is told as the cause', async () => {
  const thread = aThread();
  await assert.rejects(thread.encode(['crash']), (error: Error) => {
    assert.ok(error.cause instanceof Error);
    assert.equal(error.cause.message, 'as asked');
    return true;
  });
  await thread.close();
});

test('a worker that cannot be started is UNAVAILABLE', async () => {
  const thread = encoderThread(new URL('./no-such-worker.ts', import.meta.url), 1);
  await assert.rejects(thread.encode(['a']), { code: 'UNAVAILABLE' });
  await thread.close();
});

test('a second call while one is under way is refused', async () => {
  const thread = aThread();
  const first = thread.encode(['a']);
  await assert.rejects(thread.encode(['b']), /one call at a time/);
  assert.equal((await first).length, 512);
  await thread.close();
});

test('a closed thread rejects who waits and whoever asks later', async () => {
  const thread = aThread();
  const waiting = assert.rejects(thread.encode(['a']), { code: 'UNAVAILABLE' });
  await thread.close();
  await waiting;
  await assert.rejects(thread.encode(['a']), { code: 'UNAVAILABLE' });
  thread.warm();
  await thread.close();
});

test('a thread that was never used is closed as well', async () => {
  await aThread().close();
});
