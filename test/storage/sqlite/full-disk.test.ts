import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SkeinError } from '../../../src/core/errors.ts';
import type { NewMessage } from '../../../src/storage/store.ts';
import { aCall, aMessage, aScope, messageKeyIn } from '../../support/builders.ts';
import { messagesOf, startThread } from '../contract/setting.ts';
import { aDataFile, openFor } from './open-engine.ts';

const KILOBYTE = 1_024;

test('a full disk refuses writes in words, loses nothing acknowledged, and once there is room writes go on', async (t) => {
  const path = aDataFile(t);
  const scope = aScope();
  // SQLite answers beyond this size as it does when the disk has no room.
  const engine = await openFor(t, { path, maxBytes: 1_000 * KILOBYTE });
  const { thread, key } = await startThread(engine, scope);
  const stored: NewMessage[] = [];
  const refusals: unknown[] = [];
  while (refusals.length === 0) {
    const messages = Array.from({ length: 8 }, () => aMessage({ content: 'word '.repeat(20 * KILOBYTE) }));
    const ends = await Promise.allSettled(
      messages.map((message) => engine.messages.append(scope, thread.id, [message], aCall())),
    );
    for (const [place, end] of ends.entries()) {
      const message = messages[place];
      if (end.status === 'rejected') refusals.push(end.reason);
      else if (message !== undefined) stored.push(message);
    }
  }
  for (const refusal of refusals) {
    assert(refusal instanceof SkeinError);
    assert.equal(refusal.code, 'UNAVAILABLE');
    assert.match(refusal.message, /disk is full/i);
  }
  const there = await messagesOf(engine, scope, key);
  assert.deepEqual(new Set(there.map(({ id }) => id)), new Set(stored.map(({ id }) => id)));
  assert.deepEqual(
    there.map(({ seq }) => seq),
    there.map((_, place) => place + 1),
  );

  const [first] = stored;
  assert(first !== undefined);
  await engine.messages.delete(scope, messageKeyIn(key, first), aCall());
  const { messages } = await engine.messages.append(scope, thread.id, [aMessage()], aCall());
  assert.equal(messages[0]?.message.seq, there.length + 1);
  await engine.close();

  const roomy = await openFor(t, { path });
  assert.equal((await messagesOf(roomy, scope, key)).length, there.length);
  await roomy.close();
});
