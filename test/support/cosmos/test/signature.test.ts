import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { EMULATOR_KEY } from '../emulator.ts';
import { authenticate } from '../signature.ts';

const SEGMENTS = ['dbs', 'chat', 'colls', 'items', 'docs', '1'];

function authorize(date: string, key = EMULATOR_KEY): string {
  const text = `get\ndocs\n${SEGMENTS.join('/')}\n${date.toLowerCase()}\n\n`;
  const sig = createHmac('sha256', Buffer.from(key, 'base64')).update(text).digest('base64');
  return encodeURIComponent(`type=master&ver=1.0&sig=${sig}`);
}

test('a signature is good for its verb, its resource and its date', () => {
  const date = new Date().toUTCString();
  const request = { method: 'GET', segments: SEGMENTS, date, authorization: authorize(date) };
  assert.equal(authenticate(request, EMULATOR_KEY, []), 'key');
  assert.throws(() => authenticate({ ...request, method: 'DELETE' }, EMULATOR_KEY, []), { status: 401 });
  assert.throws(() => authenticate({ ...request, segments: [...SEGMENTS.slice(0, -1), '2'] }, EMULATOR_KEY, []), {
    status: 401,
  });
  assert.throws(() => authenticate({ ...request, date: new Date(0).toUTCString() }, EMULATOR_KEY, []), { status: 401 });
});

test('a signature of more than fifteen minutes ago is 403', () => {
  const date = new Date(Date.now() - 16 * 60_000).toUTCString();
  const request = { method: 'GET', segments: SEGMENTS, date, authorization: authorize(date) };
  assert.throws(() => authenticate(request, EMULATOR_KEY, []), { status: 403 });
});

test('an unknown Entra token is 401', () => {
  const authorization = encodeURIComponent('type=aad&ver=1.0&sig=unknown');
  const request = { method: 'GET', segments: SEGMENTS, date: new Date().toUTCString(), authorization };
  assert.throws(() => authenticate(request, EMULATOR_KEY, ['known']), { status: 401 });
});
