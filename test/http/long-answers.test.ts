import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, describe, it } from 'node:test';
import type { Log } from '../../src/core/log.ts';
import { parseAnswer, valueAt } from '../support/answer.ts';
import { askAndGoAway } from '../support/gone-client.ts';
import { startSkein, threadWith, type TestSkein } from '../support/skein.ts';
import { silentLog } from '../support/silent-log.ts';

const PAGE = 'query ($id: ID!) { thread(id: $id) { messages(first: 3) { edges { node { content } } } } }';

describe('an answer of megabytes', () => {
  // Of the first two, one has a character of two halves wherever a piece of it ends.
  const contents = ['🎉'.repeat(240_000), `a${'🎉'.repeat(240_000)}`, 'ä"\\\n'.repeat(150_000)];
  const faults: string[] = [];
  let skein: TestSkein;
  let body: string;
  before(async () => {
    const log: Log = { ...silentLog, error: (_, message) => faults.push(message) };
    skein = await startSkein({ log });
    body = JSON.stringify({ query: PAGE, variables: { id: await threadWith(skein, contents) } });
  });
  after(() => skein[Symbol.asyncDispose]());

  for (const [encoding, answered] of [
    ['gzip', 'gzip'],
    ['identity', null],
  ] as const) {
    it(`comes whole, piece by piece, to a client that accepts ${encoding}`, async () => {
      const response = await fetch(skein.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'accept-encoding': encoding },
        body,
      });
      assert.equal(response.headers.get('content-encoding'), answered);
      // What is sent in one go tells how long it is.
      assert.equal(response.headers.get('content-length'), null);
      const { data } = parseAnswer(await response.json());
      const found = contents.map((_, at) => valueAt(data, `thread.messages.edges.${String(at)}.node.content`));
      assert.deepEqual(found, contents);
    });
  }

  it('is no fault of the server when the client goes away in the middle of it', async () => {
    await askAndGoAway(skein, body, Buffer.byteLength(body), (socket) => once(socket, 'data'));
    assert.deepEqual(faults, []);
  });
});
