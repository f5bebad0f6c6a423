import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { latestPages, readHistory } from '../../src/conversation/read-history.ts';
import type { Message } from '../../src/core/thread.ts';
import type { Page } from '../../src/storage/store.ts';
import { aStoredMessage } from '../support/builders.ts';

const messages = (...seqs: readonly number[]): Message[] => seqs.map((seq) => aStoredMessage({ seq }));
const LAST = aStoredMessage({ seq: 5 });
const REPLY_SEQ = 6;

/** The first page of a thread of five, when a page was read early; and what had to be read for it. */
async function firstPage(early: Page<Message>) {
  const reads: number[] = [];
  const read = (before: number) => {
    reads.push(before);
    return Promise.resolve({ items: messages(1, 2, 3, 4, 5), more: false });
  };
  const page = await latestPages(read, REPLY_SEQ, { page: Promise.resolve(early), last: LAST }).next();
  return { seqs: page?.items.map(({ seq }) => seq), reads };
}

describe('a page read while a message is being appended', () => {
  it('is the first page, with that message, when nothing came between', async () => {
    for (const seen of [
      [1, 2, 3, 4],
      [1, 2, 3, 4, 5],
      [1, 2, 3, 4, 5, 6, 7],
    ]) {
      assert.deepEqual(await firstPage({ items: messages(...seen), more: false }), {
        seqs: [1, 2, 3, 4, 5],
        reads: [],
      });
    }
  });

  it('is read again when something may have come between', async () => {
    for (const seen of [[], [1, 2, 3]]) {
      const { seqs, reads } = await firstPage({ items: messages(...seen), more: false });
      assert.deepEqual([seqs, reads], [[1, 2, 3, 4, 5], [REPLY_SEQ]]);
    }
  });

  it('needs nothing before the first message of a thread', async () => {
    const first = aStoredMessage({ seq: 1 });
    const early = { page: Promise.resolve({ items: [], more: false }), last: first };
    const pages = latestPages(() => assert.fail('It was read again.'), 2, early);
    assert.deepEqual((await pages.next())?.items, [first]);
    assert.equal(await pages.next(), null);
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
