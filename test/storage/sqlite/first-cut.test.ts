import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { firstCut, LOOKED_AT } from '../../../src/storage/sqlite/first-cut.ts';

const scope = { tenantRow: 1, ownerRow: 2 };
const term = (name: string, frequency: number) => ({ term: name, frequency });

describe('the first cut of a search by words', () => {
  test('is not made where all matches can be looked at', () => {
    assert.equal(firstCut([term('kayak', LOOKED_AT / 2), term('moon', LOOKED_AT / 2)], scope), null);
    assert.equal(firstCut([], scope), null);
  });

  test('takes the rarest terms wherever they are, commoner ones in the message itself, the commonest not at all', () => {
    const cut = firstCut([term('said', 400_000), term('lake', 60_000), term('kayak', 900)], scope);
    assert.equal(cut, '"kayak.1.2" OR {text author} : ("lake.1.2")');
  });

  test('takes the rarest where all are too common', () => {
    const cut = firstCut([term('said', 400_000), term('go', 300_000)], scope);
    assert.equal(cut, '{text author} : ("go.1.2")');
  });
});
