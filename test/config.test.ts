import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConfigError, parseConfig } from '../src/config.ts';

function faultsOf(env: Record<string, string>): string {
  try {
    parseConfig(env);
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.message;
  }
  return assert.fail('It was accepted.');
}

describe('the configuration', () => {
  it('has a default for everything', () => {
    assert.equal(parseConfig({}).port, 4000);
  });

  it('takes a variable that is set to nothing as unset', () => {
    assert.equal(parseConfig({ SKEIN_PORT: '' }).port, 4000);
  });

  it('reports every fault at once, with the variable’s name and what it expects, and no value', () => {
    const message = faultsOf({ SKEIN_PORT: 'http-secret', LOG_LEVEL: 'loud', SKEIN_CHAT: 'parrot' });
    assert.match(message, /SKEIN_PORT expects a port/);
    assert.match(message, /LOG_LEVEL expects one of/);
    assert.match(message, /SKEIN_CHAT expects/);
    assert.doesNotMatch(message, /secret|loud|parrot/);
  });

  it('refuses every address but loopback while whoever asks is believed', () => {
    for (const host of ['0.0.0.0', '192.168.1.2', '::', 'example.org']) {
      assert.match(faultsOf({ SKEIN_HOST: host }), /SKEIN_HOST expects a loopback address/);
    }
    for (const host of ['127.0.0.1', '::1', 'localhost']) assert.equal(parseConfig({ SKEIN_HOST: host }).host, host);
  });

  it('names a variable that is misspelt', () => {
    assert.match(faultsOf({ SKEIN_PROT: '4000' }), /SKEIN_PROT is not a variable that Skein knows/);
  });

  it('takes a list of web origins', () => {
    const origins = parseConfig({ SKEIN_CORS_ORIGINS: 'http://localhost:3000, https://chat.example' }).corsOrigins;
    assert.deepEqual(origins, ['http://localhost:3000', 'https://chat.example']);
    assert.match(faultsOf({ SKEIN_CORS_ORIGINS: 'localhost' }), /SKEIN_CORS_ORIGINS expects web origins/);
  });

  it('keeps threads in a file, or in Cosmos DB once its endpoint is set', () => {
    assert.deepEqual(parseConfig({}).storage, { kind: 'sqlite', path: './data/skein.db' });
    const env = { COSMOS_ENDPOINT: 'https://acme.documents.azure.com:443/', COSMOS_REGIONS: 'West Europe, East US' };
    const expected = { kind: 'cosmos', endpoint: env.COSMOS_ENDPOINT, database: 'skein', key: null };
    assert.deepEqual(parseConfig(env).storage, { ...expected, regions: ['West Europe', 'East US'] });
    assert.match(faultsOf({ COSMOS_ENDPOINT: 'acme' }), /COSMOS_ENDPOINT expects a URL like/);
  });
});
