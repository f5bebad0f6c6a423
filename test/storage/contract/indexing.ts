import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { aCall, aMessage, anOutcome, aPendingReply, messageKeyIn } from '../../support/builders.ts';
import { aMeaningQuery, embedAll, embedded, foundByMeaning, MODEL, vectorOf, waitingOf } from './searching.ts';
import { messagesOf, messagesSaying, startThread, useEngine, type MakeEngine } from './setting.ts';

/** The index queue: what waits for its vectors, and what becomes of results. */
export function describeIndexing(make: MakeEngine): void {
  describe('the index queue', () => {
    const setting = useEngine(make);

    test('what was appended and has content waits, oldest first', async () => {
      const { engine, scope, everyone } = setting();
      const messages = ['one', ' ', 'two', 'three'].map((content) => aMessage({ content }));
      const { key } = await startThread(engine, scope, {}, messages);
      const stored = await messagesOf(engine, scope, key);
      assert.deepEqual(
        await waitingOf(engine, scope),
        stored
          .filter(({ content }) => content !== ' ')
          .map((message) => ({ tenant: scope.tenant, key: messageKeyIn(key, message), message })),
      );
      for (const whose of [scope, everyone]) assert.equal(await engine.index.countPending(whose, aCall()), 3);
      assert.equal((await engine.index.waiting(MODEL, { from: 'oldest', limit: 1 }, aCall())).length, 1);
    });

    test('the newest of what waits can be asked for, the newest first', async () => {
      const { engine, scope } = setting();
      await startThread(engine, scope, {}, messagesSaying('one', 'two', 'three'));
      const tasks = await engine.index.waiting(MODEL, { from: 'newest', limit: 10_000 }, aCall());
      const contents = tasks.filter(({ tenant }) => tenant === scope.tenant).map(({ message }) => message.content);
      assert.deepEqual(contents, ['three', 'two', 'one']);
    });

    test('long messages may come in several answers, and all come', async () => {
      const { engine, scope } = setting();
      const long = ['a', 'b', 'c', 'd', 'e'].map((letter) => letter.repeat(450_000));
      const { key } = await startThread(engine, scope, {}, []);
      for (const message of messagesSaying(...long)) {
        await engine.messages.append(scope, key.thread, [message], aCall());
      }
      const came: string[] = [];
      while ((await engine.index.countPending(scope, aCall())) > 0) {
        const tasks = await waitingOf(engine, scope);
        assert.ok(tasks.length > 0, 'an answer has one at least');
        came.push(...tasks.map(({ message }) => message.content.charAt(0)));
        await engine.index.store(tasks.map(embedded), aCall());
      }
      assert.deepEqual(came, ['a', 'b', 'c', 'd', 'e']);
    });

    test('a stored result makes its message READY and takes it off the queue', async () => {
      const { engine, scope } = setting();
      const { key } = await startThread(engine, scope, {}, messagesSaying('one', 'two'));
      await embedAll(engine, scope);
      assert.deepEqual(await waitingOf(engine, scope), []);
      assert.equal(await engine.index.countPending(scope, aCall()), 0);
      assert.deepEqual(
        (await messagesOf(engine, scope, key)).map(({ indexing }) => indexing),
        ['READY', 'READY'],
      );
    });

    test('a failed one is FAILED and does not wait any longer', async () => {
      const { engine, scope } = setting();
      const { key } = await startThread(engine, scope, {}, messagesSaying('one'));
      const [task] = await waitingOf(engine, scope);
      assert(task !== undefined);
      await engine.index.store([{ ...embedded(task), outcome: { kind: 'failed', reason: 'refused' } }], aCall());
      assert.equal((await messagesOf(engine, scope, key))[0]?.indexing, 'FAILED');
      assert.deepEqual(await waitingOf(engine, scope), []);
      assert.equal(await engine.index.countPending(scope, aCall()), 0);
    });

    test('a neighbour that comes or goes has nothing embedded again', async () => {
      const { engine, scope } = setting();
      const messages = messagesSaying('before', 'kayak');
      const { thread, key } = await startThread(engine, scope, {}, messages);
      await embedAll(engine, scope);
      const before = messages[0];
      assert(before !== undefined);
      await engine.messages.delete(scope, messageKeyIn(key, before), aCall());
      await engine.messages.append(scope, thread.id, [aMessage({ content: 'after' })], aCall());
      const tasks = await waitingOf(engine, scope);
      assert.deepEqual(
        tasks.map(({ message }) => message.content),
        ['after'],
      );
      assert.equal((await messagesOf(engine, scope, key))[0]?.indexing, 'READY');
      assert.deepEqual(await foundByMeaning(engine, scope, 'kayak'), ['kayak']);
    });

    test('a result of another model is dropped, and the message waits on', async () => {
      const { engine, scope } = setting();
      await startThread(engine, scope, {}, messagesSaying('kayak'));
      const tasks = await waitingOf(engine, scope);
      await engine.index.store(
        tasks.map((task) => ({ ...embedded(task), model: 'another' })),
        aCall(),
      );
      assert.equal((await waitingOf(engine, scope)).length, 1);
      assert.equal(await engine.index.countPending(scope, aCall()), 1);
    });

    test('a result for a message that has been deleted is dropped', async () => {
      const { engine, scope } = setting();
      const messages = messagesSaying('kayak');
      const { key } = await startThread(engine, scope, {}, messages);
      const tasks = await waitingOf(engine, scope);
      for (const message of messages) await engine.messages.delete(scope, messageKeyIn(key, message), aCall());
      await engine.index.store(tasks.map(embedded), aCall());
      assert.deepEqual(await foundByMeaning(engine, scope, 'kayak'), []);
    });

    test('a reply waits once it has ended, not before', async () => {
      const { engine, scope } = setting();
      const reply = aPendingReply({ content: 'not yet' });
      const { key } = await startThread(engine, scope, {}, [reply]);
      assert.deepEqual(await waitingOf(engine, scope), []);
      await engine.messages.finish(scope, messageKeyIn(key, reply), anOutcome({ content: 'now' }), aCall());
      const tasks = await waitingOf(engine, scope);
      assert.deepEqual(
        tasks.map(({ message }) => message.content),
        ['now'],
      );
    });

    test('a message of several passages is as near as its nearest', async () => {
      const { engine, scope } = setting();
      await startThread(engine, scope, {}, messagesSaying('moon kayak'));
      const [task] = await waitingOf(engine, scope);
      assert(task !== undefined);
      const passages = [
        { start: 0, end: 4, vector: vectorOf('moon') },
        { start: 5, end: 10, vector: vectorOf('kayak') },
      ];
      await engine.index.store([{ ...embedded(task), outcome: { kind: 'embedded', passages } }], aCall());
      const { candidates } = await engine.candidates.byMeaning(scope, aMeaningQuery('kayak'), {}, 10, aCall());
      assert.equal(candidates.length, 1);
      assert.deepEqual(candidates[0]?.passage, { start: 5, end: 10 });
    });

    test('what waits still waits after a restart', async () => {
      const { engine, scope, reopen } = setting();
      await startThread(engine, scope, {}, messagesSaying('one', 'two'));
      const before = await waitingOf(engine, scope);
      const opened = await reopen();
      assert.deepEqual(await waitingOf(opened, scope), before);
      assert.equal(await opened.index.countPending(scope, aCall()), 2);
      await embedAll(opened, scope);
      assert.equal(await opened.index.countPending(scope, aCall()), 0);
    });
  });
}
