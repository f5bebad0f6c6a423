import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { differencesOf, wantedContainers } from '../../src/storage/cosmos/containers.ts';
import { Expression, parseBicep, type BicepValue } from './bicep.ts';

const file = parseBicep(readFileSync(new URL('../../infra/main.bicep', import.meta.url), 'utf8'));

/** A value with the parameters' defaults in their places. */
function resolved(value: BicepValue): unknown {
  if (value instanceof Expression) {
    const parameter = file.parameters.get(value.text);
    return parameter === undefined || parameter === null ? `<${value.text}>` : resolved(parameter);
  }
  if (Array.isArray(value)) return value.map(resolved);
  if (typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, resolved(inner)]));
}

function resource(name: string): { type: string; value: Record<string, unknown> } {
  const found = file.resources.get(name);
  assert(found !== undefined, `there is a resource ${name}`);
  const value = resolved(found.value);
  assert(typeof value === 'object' && value !== null);
  return { type: found.type, value: { ...value } };
}

describe('infra/main.bicep', () => {
  for (const wanted of wantedContainers(512)) {
    test(`provisions container ${wanted.id} exactly as the engine wants it`, () => {
      const { type, value } = resource(wanted.id);
      assert.match(type, /^Microsoft\.DocumentDB\/databaseAccounts\/sqlDatabases\/containers@/);
      assert.equal(value['name'], wanted.id);
      assert.equal(value['parent'], '<database>');
      assert.deepEqual(value['properties'], { resource: wanted, options: '<throughput>' });
    });
  }

  test('has the dimensions of the vectors as a parameter', () => {
    const { value } = resource('threads');
    assert.equal(file.parameters.get('embeddingDimensions'), 512);
    assert(JSON.stringify(value).includes('"dimensions":512'));
    assert.notDeepEqual(differencesOf(...pair(1_536)), []);
  });

  test('gives identities the right to items and no more, and refuses keys', () => {
    const { type } = resource('account');
    assert.match(type, /^Microsoft\.DocumentDB\/databaseAccounts@/);
    const text = JSON.stringify(resource('account').value);
    for (const name of ['EnableNoSQLVectorSearch', 'EnableNoSQLFullTextSearch', 'EnableServerless']) {
      assert(text.includes(name), name);
    }
    assert(text.includes('"disableLocalAuth":true'));
    assert(text.includes('"enableMultipleWriteLocations":false'));
    assert(file.resources.get('access')?.type.startsWith('Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments@'));
  });

  test('tells what the configuration needs', () => {
    assert.deepEqual(file.outputs, ['endpoint', 'database', 'regions']);
  });
});

function pair(dimensions: number): Parameters<typeof differencesOf> {
  const [wanted] = wantedContainers(dimensions);
  const [other] = wantedContainers(512);
  assert(wanted !== undefined && other !== undefined);
  return [wanted, other];
}
