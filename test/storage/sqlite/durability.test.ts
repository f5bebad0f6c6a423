import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Engine, Window } from '../../../src/storage/store.ts';
import type { Thread } from '../../../src/core/thread.ts';
import { aCall, aScope, threadKeyIn } from '../../support/builders.ts';
import { startHolder } from './other-server.ts';
import { aDataFile, openFor } from './open-engine.ts';

test('a process that is killed while it appends has lost nothing that was acknowledged, and doubled nothing', async (t) => {
  const path = aDataFile(t);
  const acknowledged: string[] = [];
  for (const appends of [1, 40, 90]) {
    const server = await startHolder(path, true);
    await server.until(appends);
    await server.kill();
    acknowledged.push(...server.acknowledged);
  }
  const engine = await openFor(t, { path });
  const [head] = await engine.threads
    .list(aScope(), {}, NEWEST, { ...WINDOW, after: null }, aCall())
    .then(({ items }) => items);
  assert(head !== undefined);
  const stored = await allOf(engine, head);
  const contents = new Set(stored.map(({ content }) => content));
  assert.equal(contents.size, stored.length);
  for (const content of acknowledged) assert(contents.has(content), `${content} is lost`);
  assert.deepEqual(
    stored.map(({ seq }) => seq),
    stored.map((_, place) => place + 1),
  );
  assert.equal(head.messageCount, stored.length);
  await engine.close();
});

const NEWEST = { field: 'LAST_MESSAGE_AT', direction: 'DESC' } as const;
const WINDOW = { from: 'start', limit: 100, before: null } as const;

async function allOf(engine: Engine, thread: Thread) {
  const window: Window<number> = { ...WINDOW, limit: 1_000_000, after: null };
  const query = { thread: threadKeyIn(aScope(), thread), filter: {}, window };
  const [page] = await engine.messages.list(aScope(), [query], aCall());
  return page?.items ?? [];
}
