import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { latestPages, readHistory } from '../../src/conversation/read-history.ts';
import type { Message } from '../../src/core/thread.ts';
import { aStoredMessage } from '../support/builders.ts';

const messages = (...seqs: readonly number[]): Message[] => seqs.map((seq) => aStoredMessage({ seq }));

describe('the latest messages of a thread', () => {
  const earlier = messages(1, 2);
  const latest = { items: messages(3, 4, 5), more: true };

  it('are not read again where they are known, but those before them are', async () => {
    const reads: number[] = [];
    const pages = latestPages(
      (before) => {
        reads.push(before);
        return Promise.resolve({ items: earlier, more: false });
      },
      6,
      latest,
    );
    assert.deepEqual(await pages.next(), latest);
    assert.deepEqual((await pages.next())?.items, earlier);
    assert.equal(await pages.next(), null);
    assert.deepEqual(reads, [3]);
  });
});

describe('the history that is read', () => {
  /** A thread without end, each message of one token. */
  const endless = (reads: number[]) =>
    latestPages(
      (before) => {
        reads.push(before);
        return Promise.resolve({
          items: messages(...Array.from({ length: 100 }, (_, at) => before - 100 + at)),
          more: true,
        });
      },
      1_000_001,
      null,
    );

  it('is as many pages as the budget may hold', async () => {
    const reads: number[] = [];
    const read = await readHistory(endless(reads), 250, () => 1);
    assert.deepEqual(reads, [1_000_001, 999_901, 999_801]);
    assert.equal(read.messages.length, 300);
    assert.equal(read.messages[0]?.seq, 999_701);
    assert.equal(read.more, true);
  });

  it('is at most 5,000 messages, whatever the budget', async () => {
    const reads: number[] = [];
    const { messages: all } = await readHistory(endless(reads), 1_000_000, () => 1);
    assert.deepEqual([reads.length, all.length], [50, 5_000]);
  });

  it('counts no message beyond the budget', async () => {
    let counted = 0;
    await readHistory(endless([]), 9, () => {
      counted += 1;
      return 1;
    });
    assert.equal(counted, 10);
  });
});
