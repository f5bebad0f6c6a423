import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { aCall, aMessage, aPendingReply, aScope, aThread, BUILT_AT, messageKeyIn } from '../../support/builders.ts';
import {
  assertRefused,
  messagesOf,
  messagesSaying,
  startThread,
  threadNow,
  useEngine,
  type MakeEngine,
} from './setting.ts';

/** Appending messages: order, idempotency, atomicity, durability. */
export function describeAppending(make: MakeEngine): void {
  describe('appending', () => {
    const setting = useEngine(make);

    test('a message that was appended is read back whole', async () => {
      const { engine, scope } = setting();
      const { thread, key } = await startThread(engine, scope);
      const asked = aMessage({ content: 'Which way? \u0000 \u{1F6F6} “so”', author: 'Ada L.' });
      const message = aMessage({
        role: 'ASSISTANT',
        author: 'guide',
        content: '',
        toolCalls: [{ id: 'call-1', name: 'map', arguments: '{"q":"hill"}' }],
        toolCallId: 'call-0',
        model: 'test-model',
        status: 'SUPERSEDED',
        finishReason: 'tool_calls',
        usage: { inputTokens: 5, outputTokens: 2 },
        latencyMs: 12.5,
        metadata: { 'odd "key"': 'x' },
        replyTo: asked.id,
      });
      const { messages } = await engine.messages.append(scope, thread.id, [asked, message], aCall());
      const rest = { ...scope, thread: thread.id, failure: null, recalled: [] };
      assert.deepEqual(messages, [
        { message: { ...asked, ...rest, seq: 1, indexing: 'PENDING' }, created: true },
        { message: { ...message, ...rest, seq: 2, indexing: 'READY' }, created: true },
      ]);
      const keys = [messageKeyIn(key, message), messageKeyIn(key, asked)];
      assert.deepEqual(await engine.messages.get(scope, keys, aCall()), [messages[1]?.message, messages[0]?.message]);
    });

    test('seqs follow each other, and the head counts along', async () => {
      const { engine, scope } = setting();
      const { thread, key } = await startThread(engine, scope);
      const first = aMessage({ usage: { inputTokens: 3, outputTokens: 4 }, createdAt: BUILT_AT + 1_000 });
      const second = aMessage({ usage: { inputTokens: 10, outputTokens: 20 }, createdAt: BUILT_AT + 2_000 });
      await engine.messages.append(scope, thread.id, [first], aCall());
      const { thread: head } = await engine.messages.append(scope, thread.id, [second, aMessage()], aCall());
      const expected = {
        ...thread,
        messageCount: 3,
        lastMessageAt: BUILT_AT,
        usage: { inputTokens: 13, outputTokens: 24 },
      };
      assert.deepEqual(head, expected);
      assert.deepEqual(await threadNow(engine, scope, key), expected);
      assert.deepEqual(
        (await messagesOf(engine, scope, key)).map(({ seq }) => seq),
        [1, 2, 3],
      );
    });

    for (const writers of [2, 50]) {
      test(`${String(writers)} appends at once all succeed, without gap, duplicate or loss`, async () => {
        const { engine, scope } = setting();
        const { thread, key } = await startThread(engine, scope);
        const batches = Array.from({ length: writers }, (_, writer) =>
          messagesSaying(...[1, 2, 3].map((part) => `writer ${String(writer)} part ${String(part)}`)),
        );
        const appended = await Promise.all(
          batches.map((batch) => engine.messages.append(scope, thread.id, batch, aCall())),
        );
        const stored = await messagesOf(engine, scope, key);
        assert.deepEqual(
          stored.map(({ seq }) => seq),
          Array.from({ length: writers * 3 }, (_, place) => place + 1),
        );
        for (const [writer, { messages }] of appended.entries()) {
          const seqs = messages.map(({ message }) => message.seq);
          const start = (seqs[0] ?? 0) - 1;
          assert.deepEqual(seqs, [start + 1, start + 2, start + 3]);
          assert.deepEqual(
            stored.slice(start, start + 3).map(({ id }) => id),
            batches[writer]?.map(({ id }) => id),
          );
        }
        assert.equal((await threadNow(engine, scope, key))?.messageCount, writers * 3);
      });
    }

    test('a message whose id is there is not stored again, and what is new beside it is', async () => {
      const { engine, scope } = setting();
      const { thread, key } = await startThread(engine, scope);
      const [one, two, three] = [aMessage({ content: 'one' }), aMessage({ content: 'two' }), aMessage()];
      const first = await engine.messages.append(scope, thread.id, [one, two], aCall());
      const changed = { ...one, content: 'not what it was' };
      const again = await engine.messages.append(scope, thread.id, [changed, three, two], aCall());
      assert.deepEqual(
        again.messages.map(({ message, created }) => [message.content, message.seq, created]),
        [
          ['one', 1, false],
          [three.content, 3, true],
          ['two', 2, false],
        ],
      );
      assert.deepEqual(again.messages[0]?.message, first.messages[0]?.message);
      assert.equal((await threadNow(engine, scope, key))?.messageCount, 3);
    });

    test('an append repeated whole changes nothing, also when both run at once', async () => {
      const { engine, scope } = setting();
      const { thread, key } = await startThread(engine, scope);
      const batch = messagesSaying('a', 'b', 'c');
      const ends = await Promise.all([1, 2, 3].map(() => engine.messages.append(scope, thread.id, batch, aCall())));
      assert.equal(ends.flatMap(({ messages }) => messages).filter(({ created }) => created).length, 3);
      assert.deepEqual(
        (await messagesOf(engine, scope, key)).map(({ content, seq }) => [content, seq]),
        [
          ['a', 1],
          ['b', 2],
          ['c', 3],
        ],
      );
    });

    test('an id given twice in one append is stored once', async () => {
      const { engine, scope } = setting();
      const { thread } = await startThread(engine, scope);
      const message = aMessage();
      const { messages, thread: head } = await engine.messages.append(scope, thread.id, [message, message], aCall());
      assert.deepEqual(
        messages.map(({ created }) => created),
        [true, false],
      );
      assert.equal(head.messageCount, 1);
    });

    test('one message id may be in two threads', async () => {
      const { engine, scope } = setting();
      const message = aMessage();
      const one = await startThread(engine, scope, {}, [message]);
      const two = await startThread(engine, scope, {}, [message]);
      const keys = [messageKeyIn(one.key, message), messageKeyIn(two.key, message)];
      const found = await engine.messages.get(scope, keys, aCall());
      assert.deepEqual(
        found.map((stored) => stored?.thread),
        [one.thread.id, two.thread.id],
      );
    });

    test('an append to a thread that is not there is NOT_FOUND', async () => {
      const { engine, scope } = setting();
      await assertRefused(engine.messages.append(scope, aThread().id, [aMessage()], aCall()), 'NOT_FOUND');
      const elsewhere = await startThread(engine, aScope('carol', scope.tenant));
      await assertRefused(engine.messages.append(scope, elsewhere.thread.id, [aMessage()], aCall()), 'NOT_FOUND');
    });

    test('a refused append does not take the ones beside it along', async () => {
      const { engine, scope } = setting();
      const { thread, key } = await startThread(engine, scope);
      const ends = await Promise.allSettled(
        Array.from({ length: 20 }, (_, place) =>
          engine.messages.append(scope, place % 2 === 0 ? thread.id : aThread().id, [aMessage()], aCall()),
        ),
      );
      assert.equal(ends.filter(({ status }) => status === 'fulfilled').length, 10);
      assert.equal((await messagesOf(engine, scope, key)).length, 10);
    });

    test('a message waits for its vectors unless there is nothing to embed', async () => {
      const { engine, scope } = setting();
      const { thread } = await startThread(engine, scope);
      const batch = [aMessage({ content: 'words' }), aMessage({ content: ' \n\t' }), aPendingReply()];
      const { messages } = await engine.messages.append(scope, thread.id, batch, aCall());
      assert.deepEqual(
        messages.map(({ message }) => message.indexing),
        ['PENDING', 'READY', 'READY'],
      );
    });

    test('a message of a megabyte and a batch of a hundred are stored whole', async () => {
      const { engine, scope } = setting();
      const { thread, key } = await startThread(engine, scope);
      const large = aMessage({ content: 'ä'.repeat(524_288) });
      const batch = [large, ...Array.from({ length: 99 }, () => aMessage())];
      await engine.messages.append(scope, thread.id, batch, aCall());
      const stored = await messagesOf(engine, scope, key);
      assert.equal(stored.length, 100);
      assert.equal(stored[0]?.content, large.content);
    });

    test('long messages are read back as they were, whatever their characters, beside a short one', async () => {
      const { engine, scope } = setting();
      const { thread, key } = await startThread(engine, scope);
      const kinds = '\uFEFFa mark of byte order, \u0000, äöü, Привет, 你好, \u{1F6F6}\r\n';
      const batch = [
        aMessage({ content: kinds.repeat(4_000) }),
        aMessage(),
        aMessage({ content: kinds.repeat(3_000) }),
      ];
      const { messages } = await engine.messages.append(scope, thread.id, batch, aCall());
      const contents = batch.map(({ content }) => content);
      assert.deepEqual(
        messages.map(({ message }) => message.content),
        contents,
      );
      assert.deepEqual(
        (await messagesOf(engine, scope, key)).map(({ content }) => content),
        contents,
      );
    });

    test('what was appended is there after a restart', async () => {
      const { engine, scope, reopen } = setting();
      const { key } = await startThread(engine, scope, {}, messagesSaying('kept'));
      const before = await messagesOf(engine, scope, key);
      const head = await threadNow(engine, scope, key);
      const opened = await reopen();
      assert.deepEqual(await messagesOf(opened, scope, key), before);
      assert.deepEqual(await threadNow(opened, scope, key), head);
    });
  });
}
