import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { MessageId } from '../../../src/core/ids.ts';
import type { Failure } from '../../../src/core/thread.ts';
import {
  aCall,
  aMessage,
  aMessageId,
  anOutcome,
  aScope,
  aPendingReply,
  aThread,
  BUILT_AT,
  messageKeyIn,
  threadKeyIn,
} from '../../support/builders.ts';
import { assertRefused, messagesOf, startThread, threadNow, useEngine, type MakeEngine } from './setting.ts';

const INTERRUPTED: Failure = { code: 'INTERRUPTED', message: 'The server was stopped.', retryable: true };

/** The life of a reply: PENDING, then COMPLETE or FAILED, once. */
export function describeReplies(make: MakeEngine): void {
  describe('replies', () => {
    const setting = useEngine(make);

    test('a finished reply has what its outcome says, and keeps its place', async () => {
      const { engine, scope } = setting();
      const reply = aPendingReply({ metadata: { a: '1' }, replyTo: aMessageId() });
      const { thread, key } = await startThread(engine, scope, {}, [aMessage(), reply, aMessage()]);
      const recalled = [{ ...key, message: aMessageId() }];
      const outcome = anOutcome({
        metadata: { b: '2' },
        recalled,
        toolCalls: [{ id: 'c', name: 'n', arguments: '{}' }],
      });
      const finished = await engine.messages.finish(scope, messageKeyIn(key, reply), outcome, aCall());
      const ended = { ...scope, thread: thread.id, ...reply, ...outcome, seq: 2, indexing: 'PENDING' };
      assert.deepEqual(finished, { thread: await threadNow(engine, scope, key), reply: ended });
      assert.deepEqual(await engine.messages.get(scope, [messageKeyIn(key, reply)], aCall()), [ended]);
      assert.deepEqual(finished.thread.usage, outcome.usage);
    });

    test('a failed reply keeps why, and what it had said', async () => {
      const { engine, scope } = setting();
      const reply = aPendingReply();
      const { key } = await startThread(engine, scope, {}, [reply]);
      const failure: Failure = { code: 'TIMEOUT', message: 'The model took too long.', retryable: true };
      const outcome = anOutcome({ status: 'FAILED', content: '', failure, usage: null, finishReason: null });
      const { reply: finished } = await engine.messages.finish(scope, messageKeyIn(key, reply), outcome, aCall());
      assert.deepEqual([finished.status, finished.failure, finished.usage], ['FAILED', failure, null]);
      assert.equal(finished.indexing, 'READY');
    });

    test('the first end counts, also when several come at once', async () => {
      const { engine, scope } = setting();
      const reply = aPendingReply();
      const { key } = await startThread(engine, scope, {}, [reply]);
      const ends = await Promise.all(
        ['one', 'two', 'three'].map((content) =>
          engine.messages.finish(scope, messageKeyIn(key, reply), anOutcome({ content }), aCall()),
        ),
      );
      const [stored] = await messagesOf(engine, scope, key);
      const thread = await threadNow(engine, scope, key);
      for (const end of ends) assert.deepEqual(end, { thread, reply: stored });
      assert.deepEqual(thread?.usage, anOutcome().usage);
    });

    test('finishing a reply that is not there is NOT_FOUND', async () => {
      const { engine, scope, bob } = setting();
      const reply = aPendingReply();
      const { key } = await startThread(engine, scope, {}, [reply]);
      const elsewhere = messageKeyIn(threadKeyIn(scope, aThread()), reply);
      for (const missing of [{ ...key, message: aMessageId() }, elsewhere]) {
        await assertRefused(engine.messages.finish(scope, missing, anOutcome(), aCall()), 'NOT_FOUND');
      }
      await assertRefused(engine.messages.finish(bob, messageKeyIn(key, reply), anOutcome(), aCall()), 'NOT_FOUND');
      const bobs = { ...messageKeyIn(key, reply), owner: bob.owner };
      await assertRefused(engine.messages.finish(scope, bobs, anOutcome(), aCall()), 'NOT_FOUND');
      assert.equal((await messagesOf(engine, scope, key))[0]?.status, 'PENDING');
    });

    test('replies left PENDING from before a time are marked FAILED, of every tenant; others are left alone', async () => {
      const one = setting();
      const other = setting();
      const old = aPendingReply({ createdAt: BUILT_AT - 1 });
      const recent = aPendingReply({ createdAt: BUILT_AT });
      const done = aMessage({ createdAt: BUILT_AT - 1 });
      const { engine } = one;
      const here = await startThread(engine, one.scope, {}, [done, old, recent]);
      const there = await startThread(engine, other.scope, {}, [old]);
      assert.equal(await engine.messages.failPending(BUILT_AT, INTERRUPTED, aCall()), 2);
      assert.deepEqual(
        (await messagesOf(engine, one.scope, here.key)).map(({ status, failure }) => [status, failure]),
        [
          ['COMPLETE', null],
          ['FAILED', INTERRUPTED],
          ['PENDING', null],
        ],
      );
      assert.equal((await messagesOf(engine, other.scope, there.key))[0]?.status, 'FAILED');
      assert.equal(await engine.messages.failPending(BUILT_AT, INTERRUPTED, aCall()), 0);
    });

    test('a reply written anew takes the place of the old one, which is superseded, in one write', async () => {
      const { engine, scope } = setting();
      const old = aMessage({ role: 'ASSISTANT', content: 'The old answer about quinces.' });
      const { key } = await startThread(engine, scope, {}, [aMessage(), old]);
      const anew = aPendingReply();
      const replaced = await engine.messages.replaceReply(scope, messageKeyIn(key, old), anew, aCall());
      assert.equal(replaced.created, true);
      assert.equal(replaced.reply.seq, 3);
      assert.equal(replaced.reply.status, 'PENDING');
      const shown = await messagesOf(engine, scope, key);
      assert.deepEqual(
        shown.map(({ seq }) => seq),
        [1, 3],
      );
      const [before] = await engine.messages.get(scope, [messageKeyIn(key, old)], aCall());
      assert.equal(before?.status, 'SUPERSEDED');
      assert.equal(before.content, old.content);
    });

    test('a reply written anew a second time, under the same id, changes nothing', async () => {
      const { engine, scope } = setting();
      const old = aMessage({ role: 'ASSISTANT' });
      const { key } = await startThread(engine, scope, {}, [aMessage(), old]);
      const anew = aPendingReply();
      const first = await engine.messages.replaceReply(scope, messageKeyIn(key, old), anew, aCall());
      const second = await engine.messages.replaceReply(scope, messageKeyIn(key, old), anew, aCall());
      assert.deepEqual(second, { ...first, created: false });
    });

    test('a superseded reply is a candidate only for those who ask for it, and context of none', async () => {
      const { engine, scope } = setting();
      const old = aMessage({ role: 'ASSISTANT', content: 'The quinces are ripe.' });
      const { key } = await startThread(engine, scope, {}, [aMessage({ content: 'And the fruit?' }), old]);
      await engine.messages.replaceReply(scope, messageKeyIn(key, old), aPendingReply(), aCall());
      const query = { terms: ['quinces'], phrases: [], excluded: [], authors: [] };
      const byDefault = await engine.candidates.byKeyword(scope, query, {}, 10, aCall());
      assert.deepEqual(byDefault.candidates, []);
      const asked = await engine.candidates.byKeyword(scope, query, { statuses: ['SUPERSEDED'] }, 10, aCall());
      assert.deepEqual(
        asked.candidates.map((candidate) => candidate.key.message),
        [old.id],
      );
    });

    test('a reply that is still being written, or not there, is not written anew', async () => {
      const { engine, scope } = setting();
      const pending = aPendingReply();
      const { key } = await startThread(engine, scope, {}, [aMessage(), pending]);
      const replace = (message: { id: MessageId }) =>
        engine.messages.replaceReply(scope, messageKeyIn(key, message), aPendingReply(), aCall());
      await assertRefused(replace(pending), 'CONFLICT');
      await assertRefused(replace({ id: aMessageId() }), 'NOT_FOUND');
      const foreign = aScope(scope.owner, 'rival');
      await assertRefused(
        engine.messages.replaceReply(foreign, messageKeyIn(key, pending), aPendingReply(), aCall()),
        'NOT_FOUND',
      );
      assert.equal((await messagesOf(engine, scope, key)).length, 2);
    });
  });
}
