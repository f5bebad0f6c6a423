import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { startReply, type Sent } from '../../src/conversation/replies.ts';
import { keyOfMessage } from '../../src/core/thread.ts';
import { aStoredMessage, aStoredThread } from '../support/builders.ts';

const userMessage = aStoredMessage();
const reply = aStoredMessage({ role: 'ASSISTANT', content: 'whole' });
const SENT: Sent = { thread: aStoredThread(), userMessage, reply, failure: null };
const OPENING = { userMessage, reply: keyOfMessage(reply) };

describe('a reply that is being written', () => {
  it('has at most 30 deltas in any second for each follower, however fast the model speaks', async () => {
    const run = startReply(async ({ opened, wrote }) => {
      opened(OPENING);
      const end = performance.now() + 1_200;
      while (performance.now() < end) {
        wrote('x');
        await turn();
      }
      return SENT;
    });
    const follow = async (): Promise<number[]> => {
      const times: number[] = [];
      for await (const { kind } of run.follow()) if (kind === 'delta') times.push(performance.now());
      return times;
    };
    for (const times of await Promise.all([follow(), follow()])) {
      assert.ok(times.length > 1);
      for (const [at, from] of times.entries()) {
        const within = times.slice(at).filter((time) => time < from + 1_000);
        assert.ok(within.length <= 30, `${String(within.length)} deltas in a second`);
      }
    }
  });

  it('gives a follower that reads slowly larger pieces, not more of them', async () => {
    const spoken = Promise.withResolvers<undefined>();
    const run = startReply(async ({ opened, wrote }) => {
      opened(OPENING);
      for (let count = 0; count < 1_000; count += 1) {
        wrote(`${String(count)} `);
        await turn();
      }
      spoken.resolve(undefined);
      await turn();
      return SENT;
    });
    const events = run.follow();
    assert.equal((await events.next()).value?.kind, 'stored');
    await spoken.promise;
    const { value } = await events.next();
    assert.ok(value?.kind === 'delta');
    assert.equal(value.text, Array.from({ length: 1_000 }, (_, at) => `${String(at)} `).join(''));
    assert.equal((await events.next()).value?.kind, 'completed');
  });
});
