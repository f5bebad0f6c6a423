import assert from 'node:assert/strict';
import { once } from 'node:events';
import { getPriority } from 'node:os';
import { describe, test } from 'node:test';
import { Worker } from 'node:worker_threads';

const LOWERED = `import { getPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import { lowerThreadPriority } from '${new URL('../../src/core/thread-priority.ts', import.meta.url).href}';
lowerThreadPriority(3);
parentPort.postMessage(getPriority());`;

describe('the priority of a thread', () => {
  test('is lowered for that thread alone', { skip: process.platform !== 'linux' }, async () => {
    const before = getPriority();
    const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(LOWERED)}`));
    const answer: unknown[] = await once(worker, 'message');
    assert.deepEqual(answer, [Math.min(19, before + 3)]);
    assert.equal(getPriority(), before);
  });
});
