import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { messageOf, threadOf } from '../../../src/storage/sqlite/rows.ts';
import type { Window } from '../../../src/storage/store.ts';
import { aCall, aMessage, aScope, messageKeyIn } from '../../support/builders.ts';
import { messagesSaying, startThread } from '../contract/setting.ts';
import { aDataFile, openFor } from './open-engine.ts';

const ALL: Window<number> = { from: 'start', limit: 10, after: null, before: null };

test('a row of another tenant that a damaged file brings up is withheld: the read throws', async (t) => {
  const path = aDataFile(t);
  const [mine, theirs] = [aScope('ada', 'acme'), aScope('ada', 'globex')];
  const engine = await openFor(t, { path });
  const message = aMessage({ content: 'mine' });
  const { key } = await startThread(engine, mine, {}, [message]);
  await startThread(engine, theirs, {}, messagesSaying('theirs'));
  await engine.close();

  const db = new DatabaseSync(path);
  db.exec(
    `UPDATE messages SET owner_row = (SELECT owner_row FROM messages WHERE content = 'theirs') WHERE content = 'mine'`,
  );
  db.close();

  const again = await openFor(t, { path });
  const withheld = /outside the scope/;
  await assert.rejects(again.messages.get(mine, [messageKeyIn(key, message)], aCall()), withheld);
  for (const filter of [{}, { roles: ['USER'] }] as const) {
    const query = { thread: key, filter, window: ALL };
    await assert.rejects(again.messages.list(mine, [query], aCall()), withheld);
  }
  await again.close();
});

test('rows are compared with the tenant, and with the owner where the scope has one', () => {
  const row = { tenant: 'acme', owner: 'ada' };
  for (const scope of [aScope('ada', 'globex'), aScope('bob', 'acme'), { ...aScope('ada', 'globex'), owner: null }]) {
    assert.throws(() => threadOf(row, scope), /outside the scope/);
    assert.throws(() => messageOf(row, scope), /outside the scope/);
  }
});
