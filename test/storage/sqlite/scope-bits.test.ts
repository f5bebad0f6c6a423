import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openConnection } from '../../../src/storage/sqlite/connection.ts';
import { bytesOfBits } from '../../../src/storage/sqlite/quantized.ts';
import { integer } from '../../../src/storage/sqlite/rows.ts';
import { bitsOfScope } from '../../../src/storage/sqlite/scope-bits.ts';
import { aCall, aScope, aTenantScope, messageKeyIn } from '../../support/builders.ts';
import { aMeaningQuery, aModel, contentsOf, embedAll } from '../contract/searching.ts';
import { messagesSaying, startThread } from '../contract/setting.ts';
import { aDataFile, openFor } from './open-engine.ts';

const [ada, bob] = [aScope(), aScope('bob')];

describe('the bits that a thread keeps in memory', () => {
  for (const [name, scope] of [
    ['an owner', ada],
    ['a tenant', aTenantScope()],
  ] as const) {
    test(`a search of ${name} sees what came, changed and went since the one before`, async (t) => {
      const engine = await openFor(t, { path: aDataFile(t) });
      await engine.index.adopt(aModel(), aCall());
      const nearest = async (text: string): Promise<string[]> => {
        const { candidates } = await engine.candidates.byMeaning(scope, aMeaningQuery(text), {}, 1, aCall());
        return contentsOf(engine, scope, candidates);
      };
      assert.deepEqual(await nearest('kayak'), []);

      const first = await startThread(engine, ada, {}, messagesSaying('kayak'));
      await embedAll(engine, ada);
      assert.deepEqual(await nearest('kayak'), ['kayak']);
      assert.deepEqual(await nearest('moon'), ['kayak']);

      const more = messagesSaying('moon', 'plum');
      const second = await startThread(engine, ada, {}, more);
      await startThread(engine, bob, {}, messagesSaying('quiz'));
      await embedAll(engine, ada);
      assert.deepEqual(await nearest('moon'), ['moon']);

      for (const message of more) await engine.messages.delete(ada, messageKeyIn(second.key, message), aCall());
      assert.deepEqual(await nearest('kayak'), ['kayak']);

      // The block that it was in goes with the last of its passages; its number may be given again.
      await engine.threads.delete(ada, first.key.thread, aCall());
      await startThread(engine, ada, {}, messagesSaying('fjord'));
      await embedAll(engine, ada);
      assert.deepEqual(await nearest('fjord'), ['fjord']);
      if (scope === ada) return;
      const { candidates } = await engine.candidates.byMeaning(scope, aMeaningQuery('quiz'), {}, 10, aCall());
      assert.deepEqual(await contentsOf(engine, scope, candidates), ['quiz', 'fjord']);
    });
  }

  test('are given up for those of scopes searched since, when there is no room for all, and read again', async (t) => {
    const path = aDataFile(t);
    const engine = await openFor(t, { path });
    await engine.index.adopt(aModel(), aCall());
    for (const owner of [ada, bob]) {
      await startThread(engine, owner, {}, messagesSaying('kayak', 'moon'));
      await embedAll(engine, owner);
    }
    const db = openConnection({ path, readOnly: true, cacheKiB: 1_024 });
    t.after(() => {
      db.close();
    });
    const found = db.prepare('SELECT DISTINCT generation, tenant_row, owner_row FROM passage_blocks ORDER BY 3').all();
    const [first, second] = found.map((row) => {
      const scope = { tenantRow: integer(row, 'tenant_row'), ownerRow: integer(row, 'owner_row') };
      return (keptBytes?: number) => bitsOfScope(db, integer(row, 'generation'), scope, aModel().dimensions, keptBytes);
    });
    assert.ok(first && second);
    const bits = first();
    second();
    assert.equal(first(), bits, 'there is room for both');
    second(bits.bytes);
    const again = first(bits.bytes);
    assert.notEqual(again, bits);
    const query = [new Uint8Array(bytesOfBits(aModel().dimensions))];
    assert.deepEqual(again.nearest(query, 2), bits.nearest(query, 2));
    assert.equal(again.nearest(query, 2).length, 2);
  });
});
