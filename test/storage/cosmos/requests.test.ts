import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { keyOfThread } from '../../../src/core/thread.ts';
import type { Call } from '../../../src/storage/store.ts';
import {
  aCall,
  aMessage,
  anOutcome,
  aPendingReply,
  aScope,
  aTenantScope,
  aThread,
  messageKeyIn,
} from '../../support/builders.ts';
import { aKeywordQuery, aMeaningQuery, aModel, embedAll } from '../contract/searching.ts';
import { messagesSaying, startThread } from '../contract/setting.ts';
import { openSetting } from './setting.ts';

const NEWEST = { field: 'LAST_MESSAGE_AT', direction: 'DESC' } as const;
const PAGE = { from: 'start', limit: 50, after: null, before: null } as const;
const LAST = { from: 'end', limit: 1, after: null, before: null } as const;

for (const ranges of [1, 3]) {
  describe(`storage requests with ${String(ranges)} physical ranges`, () => {
    let setting: Awaited<ReturnType<typeof openSetting>> | undefined;
    const open = () => {
      assert(setting !== undefined);
      return setting;
    };
    before(async () => {
      setting = await openSetting({ ranges });
      await setting.engine.index.adopt(aModel(), aCall());
    });
    after(() => setting?.[Symbol.asyncDispose]());

    /** How many requests the work takes, which the meter must have counted, with what they were charged. */
    async function requestsOf(work: (call: Call) => Promise<unknown>): Promise<number> {
      const { emulator } = open();
      const call = aCall();
      emulator.forgetRequests();
      await work(call);
      const { storageRequests, requestUnits } = call.meter.cost;
      assert.equal(storageRequests, emulator.requests.length, 'the meter counts every request');
      const charged = emulator.requests.reduce((sum, { charge }) => sum + charge, 0);
      assert(Math.abs(requestUnits - charged) < 0.01, 'the meter adds up every charge');
      return emulator.requests.length;
    }

    test('an append is 2, of one message or of many', async () => {
      const { engine } = open();
      const scope = aScope('ada', 'appends');
      const { thread } = await startThread(engine, scope);
      for (const count of [1, 2, 90]) {
        const messages = messagesSaying(...Array.from({ length: count }, (_, at) => `message ${String(at)}`));
        assert.equal(await requestsOf((call) => engine.messages.append(scope, thread.id, messages, call)), 2);
      }
    });

    test('what an append takes is the same at message 10 and at message 1,000: request units, and bytes', async () => {
      const { engine, emulator } = open();
      const scope = aScope('ada', 'charges');
      const { thread } = await startThread(engine, scope);
      const appendUpTo = async (from: number, to: number) => {
        for (let at = from; at < to; at += 90) {
          const texts = Array.from({ length: Math.min(90, to - at) }, (_, more) => `message ${String(at + more)}`);
          await engine.messages.append(scope, thread.id, messagesSaying(...texts), aCall());
        }
      };
      const cost = async () => {
        // What was said just before is part of a message.
        for (let before = 0; before < 2; before += 1)
          await engine.messages.append(scope, thread.id, [aMessage()], aCall());
        const call = aCall();
        emulator.forgetRequests();
        await engine.messages.append(scope, thread.id, [aMessage()], call);
        const bytes = emulator.requests.reduce((sum, each) => sum + each.requestBytes + each.responseBytes, 0);
        return { bytes, requestUnits: call.meter.cost.requestUnits };
      };
      await appendUpTo(0, 7);
      const early = await cost();
      await appendUpTo(10, 997);
      const late = await cost();
      for (const part of ['bytes', 'requestUnits'] as const) {
        assert(late[part] <= early[part] * 1.1, `${String(late[part])} ${part}, not ${String(early[part])}`);
      }
    });

    test('a thread with a page of its messages is 2', async () => {
      const { engine } = open();
      const scope = aScope('ada', 'pages');
      const { key } = await startThread(engine, scope, {}, messagesSaying('one', 'two', 'three'));
      const requests = await requestsOf(async (call) => {
        await engine.threads.get(scope, [key], call);
        for (const from of ['start', 'end'] as const) {
          await engine.messages.list(scope, [{ thread: key, filter: {}, window: { ...PAGE, from } }], call);
        }
      });
      assert.equal(requests, 3);
      assert.equal(
        await requestsOf((call) => engine.messages.list(scope, [{ thread: key, filter: {}, window: PAGE }], call)),
        1,
      );
    });

    test('a page of threads with the last message of each is 2, for an owner and for an analyst', async () => {
      const { engine } = open();
      const owner = aScope('ada', 'lists');
      for (let at = 0; at < 60; at += 1) await startThread(engine, owner, {}, messagesSaying('one', 'two', 'three'));
      for (const scope of [owner, aTenantScope('lists')]) {
        const requests = await requestsOf(async (call) => {
          const { items } = await engine.threads.list(scope, {}, NEWEST, PAGE, call);
          assert.equal(items.length, 50);
          const queries = items.map((thread) => ({ thread: keyOfThread(thread), filter: {}, window: LAST }));
          const pages = await engine.messages.list(scope, queries, call);
          assert(pages.every((page) => page.items[0]?.content === 'three' && page.more));
        });
        assert.equal(requests, 2);
      }
    });

    test('sending a message is 5: its append, the thread with its history, the end of the reply', async () => {
      const { engine } = open();
      const scope = aScope('ada', 'sends');
      const { thread, key } = await startThread(engine, scope, {}, messagesSaying('before'));
      const reply = aPendingReply();
      const requests = await requestsOf(async (call) => {
        await Promise.all([
          engine.messages.append(scope, thread.id, [aMessage(), reply], call),
          engine.threads.get(scope, [key], call),
          engine.messages.list(scope, [{ thread: key, filter: {}, window: { ...PAGE, from: 'end' } }], call),
        ]);
        await engine.messages.finish(scope, messageKeyIn(key, reply), anOutcome(), call);
      });
      assert.equal(requests, 5);
    });

    test('node(id) is point reads', async () => {
      const { engine, emulator } = open();
      const scope = aScope('ada', 'nodes');
      const message = aMessage();
      const { key } = await startThread(engine, scope, {}, [message]);
      assert.equal(await requestsOf((call) => engine.threads.get(scope, [key], call)), 1);
      assert.equal(await requestsOf((call) => engine.messages.get(scope, [messageKeyIn(key, message)], call)), 2);
      assert(emulator.traffic.every(({ operation }) => operation === 'read'));
    });

    test('many nodes are one request', async () => {
      const { engine } = open();
      const scope = aScope('ada', 'many-nodes');
      const threads = await Promise.all(
        Array.from({ length: 20 }, async () => {
          const message = aMessage();
          const { key } = await startThread(engine, scope, {}, [message]);
          return { key, message: messageKeyIn(key, message) };
        }),
      );
      const keys = threads.map(({ key }) => key);
      assert.equal(await requestsOf((call) => engine.threads.get(scope, keys, call)), 1);
      const messages = threads.map(({ message }) => message);
      assert.equal(await requestsOf((call) => engine.messages.get(scope, messages, call)), 1);
    });

    test('counts are 1', async () => {
      const { engine } = open();
      const scope = aScope('ada', 'counts');
      const { key } = await startThread(engine, scope, {}, messagesSaying('one'));
      assert.equal(await requestsOf((call) => engine.threads.count(scope, {}, call)), 1);
      assert.equal(await requestsOf((call) => engine.messages.count(scope, [{ thread: key, filter: {} }], call)), 1);
    });

    test('a search by words is 1 while not much is found, and by meaning 2', async () => {
      const { engine } = open();
      const scope = aScope('ada', 'searches');
      await startThread(engine, scope, {}, messagesSaying('a kayak', 'a lake'));
      await embedAll(engine, scope);
      const words = aKeywordQuery({ terms: ['kayak', 'lake'] });
      const first = await requestsOf((call) => engine.candidates.byKeyword(scope, words, {}, 200, call));
      assert.equal(first, 2, 'the first one counts the messages there are, too');
      assert.equal(await requestsOf((call) => engine.candidates.byKeyword(scope, words, {}, 200, call)), 1);
      const meaning = aMeaningQuery('kayak', { terms: ['kayak'] });
      assert.equal(await requestsOf((call) => engine.candidates.byMeaning(scope, meaning, {}, 200, call)), 2);
    });

    test('spellings are 1 where all words are known, and 2 with one that is not; stored vectors are 1', async () => {
      const { engine } = open();
      const scope = aScope('ada', 'spellings');
      const message = aMessage({ content: 'a kayak at the waterfall' });
      const { key } = await startThread(engine, scope, {}, [message]);
      await embedAll(engine, scope);
      const spellings = (words: string[]) => requestsOf((call) => engine.candidates.spellings(scope, words, call));
      assert.equal(await spellings(['kayak', 'waterfalls']), 1);
      assert.equal(await spellings(['kayac', 'waterfall']), 2);
      const keys = [messageKeyIn(key, message), messageKeyIn(key, aMessage())];
      assert.equal(await requestsOf((call) => engine.candidates.vectorsOf(scope, aModel(), keys, call)), 1);
    });

    test("a day's ledger is 2", async () => {
      const { engine } = open();
      const scope = aScope('ada', 'ledgers');
      const gone = await startThread(engine, scope, { id: aThread().id }, messagesSaying('one'));
      await engine.threads.delete(scope, gone.thread.id, aCall());
      await startThread(engine, scope, {}, messagesSaying('two'));
      const day = { from: '2026-11-23', to: '2026-11-23' };
      assert.equal(await requestsOf((call) => engine.ledger.read(scope, day, call)), 2);
    });
  });
}
