import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { aCall, aScope } from '../../support/builders.ts';
import { eventually } from '../../support/eventually.ts';
import { messagesOf, messagesSaying, startThread } from '../contract/setting.ts';
import { aDataFile, openFor } from './open-engine.ts';

const HUNDRED = Array.from({ length: 100 }, (_, place) => `word ${String(place)}`);

test('the removal of a large thread goes on after a restart until nothing of it is left', async (t) => {
  const path = aDataFile(t);
  const scope = aScope();
  const engine = await openFor(t, { path });
  const kept = await startThread(engine, scope, {}, messagesSaying('kept'));
  const { thread } = await startThread(engine, scope);
  for (let batch = 0; batch < 20; batch += 1) {
    await engine.messages.append(scope, thread.id, messagesSaying(...HUNDRED), aCall());
  }
  await engine.threads.delete(scope, thread.id, aCall());
  await engine.close();
  assert.notEqual(rowsIn(path, 'messages'), 1);

  const again = await openFor(t, { path });
  await eventually('the removal', () => (rowsIn(path, 'threads') === 1 ? true : null));
  assert.equal((await messagesOf(again, scope, kept.key)).length, 1);
  await again.close();
  assert.deepEqual([rowsIn(path, 'messages'), rowsIn(path, 'threads')], [1, 1]);
});

test('an append that comes while a large thread is being removed does not wait for the end of it', async (t) => {
  const path = aDataFile(t);
  const scope = aScope();
  const engine = await openFor(t, { path });
  const kept = await startThread(engine, scope);
  const { thread } = await startThread(engine, scope);
  for (let batch = 0; batch < 20; batch += 1) {
    await engine.messages.append(scope, thread.id, messagesSaying(...HUNDRED), aCall());
  }
  await engine.threads.delete(scope, thread.id, aCall());
  await engine.messages.append(scope, kept.thread.id, messagesSaying('in between'), aCall());
  await engine.close();
  assert(rowsIn(path, 'messages') > 1);
});

function rowsIn(path: string, table: 'messages' | 'threads'): number {
  const db = new DatabaseSync(path, { readOnly: true });
  try {
    return Number(db.prepare(`SELECT count(*) AS rows FROM ${table}`).get()?.['rows']);
  } finally {
    db.close();
  }
}
