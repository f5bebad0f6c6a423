import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyOfMessage } from '../../src/core/thread.ts';
import { createMessageEmbedder } from '../../src/indexing/embed-messages.ts';
import { aStoredMessage } from '../support/builders.ts';
import { megabytesInUse } from '../support/heap.ts';
import { aLetterEmbedder } from '../support/letter-embedder.ts';
import { vectorOf } from '../storage/contract/searching.ts';

test('long messages leave memory when they have been embedded, though their texts are remembered', async () => {
  const MESSAGES = 40;
  // The suite's embedder notes what it is asked, which would keep it.
  const embedder = { ...aLetterEmbedder(), embed: (texts: readonly string[]) => Promise.resolve(texts.map(vectorOf)) };
  const messages = createMessageEmbedder(embedder, { known: (_, hashes) => Promise.resolve(hashes.map(() => null)) });
  const before = megabytesInUse();
  for (let number = 0; number < MESSAGES; number += 1) {
    // Made from bytes, as a text that was read: one that is put together keeps its parts apart.
    const content = Buffer.from(`This is remark ${String(number)}.${' '.repeat(1_000_000)}`).toString();
    const message = aStoredMessage({ content });
    const task = { tenant: message.tenant, key: keyOfMessage(message), message };
    const [result] = await messages.embed([task], AbortSignal.timeout(60_000));
    assert.equal(result?.outcome.kind, 'embedded');
  }
  assert.ok(megabytesInUse() - before < MESSAGES / 4);
});
