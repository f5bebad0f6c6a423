import assert from 'node:assert/strict';
import type { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { openConnection } from '../../../src/storage/sqlite/connection.ts';
import { getMessages, listMessages } from '../../../src/storage/sqlite/message-reads.ts';
import { migrate } from '../../../src/storage/sqlite/migrations.ts';
import { getThreads, listThreads } from '../../../src/storage/sqlite/thread-reads.ts';
import { writeOperations } from '../../../src/storage/sqlite/write-operations.ts';
import {
  aMessage,
  anOutcome,
  aPendingReply,
  aScope,
  aTenantScope,
  aThread,
  BUILT_AT,
  messageKeyIn,
  threadKeyIn,
} from '../../support/builders.ts';

test('no append, end of a reply, deletion, point read or page looks at more rows than it needs', () => {
  const db = openConnection({ path: ':memory:', readOnly: false, cacheKiB: 1_024 });
  migrate(db);
  const texts = textsPreparedOn(db);
  const scope = aScope();
  const now = BUILT_AT;
  const thread = aThread();
  const key = threadKeyIn(scope, thread);
  const [said, reply, more] = [aMessage(), aPendingReply(), aMessage()];
  writeOperations.createThread(db, { scope, thread, now });
  writeOperations.appendMessages(db, { scope, thread: thread.id, messages: [said, reply, more], now });
  writeOperations.finishReply(db, { scope, key: messageKeyIn(key, reply), outcome: anOutcome(), now });
  writeOperations.updateThread(db, { scope, thread: thread.id, change: { title: 'x' }, ifVersion: null, now });
  getThreads(db, { scope, keys: [key], now });
  getMessages(db, { scope, keys: [messageKeyIn(key, said)], now });
  for (const from of ['start', 'end'] as const) {
    const messages = { thread: key, filter: {}, window: { from, limit: 2, after: 1, before: 9 } };
    listMessages(db, { scope, queries: [messages], now });
    for (const field of ['CREATED_AT', 'UPDATED_AT', 'LAST_MESSAGE_AT'] as const) {
      for (const whose of [scope, aTenantScope()]) {
        const window = { from, limit: 2, after: { value: 1, thread: thread.id }, before: null };
        listThreads(db, { scope: whose, filter: {}, order: { field, direction: 'DESC' }, window, now });
      }
    }
  }
  writeOperations.deleteMessage(db, { scope, key: messageKeyIn(key, said), now });
  writeOperations.deleteThread(db, { scope, thread: thread.id, now });
  writeOperations.expireThreads(db, { limit: 1, now });
  writeOperations.failPendingReplies(db, { before: 1, failure: { code: 'TIMEOUT', message: '', retryable: true } });

  for (const text of [...texts]) {
    for (const { detail } of db.prepare(`EXPLAIN QUERY PLAN ${text}`).all()) {
      // A scan is fine of what the caller sent (json_each), of a table of one row, of full-text matches, and of
      // an index that has only the rows to be worked on.
      const step = String(detail);
      const fine =
        /VIRTUAL TABLE|CONSTANT ROW|SCAN last|SCAN vector_model|messages_unfinished|threads_deleted|threads_by_expiry/.test(
          step,
        );
      assert(!step.startsWith('SCAN') || fine, `${step} in ${text}`);
      assert(!step.includes('TEMP B-TREE FOR ORDER BY'), `${step} in ${text}`);
    }
  }
  assert(texts.size > 20);
  db.close();
});

/** The texts of statements that are prepared on a connection from now on, as they come. */
function textsPreparedOn(db: DatabaseSync): ReadonlySet<string> {
  const texts = new Set<string>();
  const prepare = db.prepare.bind(db);
  db.prepare = (text) => {
    texts.add(text);
    return prepare(text);
  };
  return texts;
}
