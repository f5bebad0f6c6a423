import assert from 'node:assert/strict';
import { test } from 'node:test';

import { failureOfRefusal, retryAfterOf } from '../../src/models/failures.ts';

const SETTINGS = { endpoint: 'ENDPOINT', key: 'KEY', model: 'MODEL' };

test('the time to wait is read from milliseconds, seconds and dates, and from nothing else', () => {
  const read = (headers: Record<string, string>) => retryAfterOf((name) => headers[name]);
  assert.equal(read({ 'retry-after-ms': '250', 'retry-after': '1' }), 250);
  assert.equal(read({ 'retry-after': '1.5' }), 1_500);
  assert.equal(read({ 'retry-after': '0' }), 0);
  assert.equal(read({ 'retry-after': 'Thu, 01 Jan 2026 00:00:00 GMT' }), 0);
  assert.ok((read({ 'retry-after': new Date(Date.now() + 60_000).toUTCString() }) ?? 0) > 50_000);
  assert.equal(read({ 'retry-after': 'soon' }), undefined);
  assert.equal(read({}), undefined);
});

test('servers say in their own ways that a text is too long', () => {
  for (const error of [
    { code: 'context_length_exceeded', message: 'x' },
    { error: { message: 'the input length exceeds the context length' } },
    { error: 'the input length exceeds maximum context length' },
    { message: 'Input validation error: `inputs` must have less than 512 tokens. Given: 614', type: 'Validation' },
    { object: 'error', message: "This model's maximum context length is 512 tokens.", code: 400 },
    { message: 'too many tokens: total number of tokens in the prompt cannot exceed 4081' },
    { error: { message: 'Requested 400000 tokens', code: 'max_tokens_per_request' } },
    { message: 'prompt is too long: 210000 tokens > 200000 maximum' },
    'input is too large to process. increase the physical batch size',
  ]) {
    const failure = failureOfRefusal({ status: 400, error, retryAfterMs: undefined }, SETTINGS);
    assert.equal(failure.code, 'CONTEXT_TOO_LONG', JSON.stringify(error));
  }
});

test('an error inside a stream is told by its code', () => {
  for (const [code, expected] of [
    ['rate_limit_exceeded', 'RATE_LIMITED'],
    ['429', 'RATE_LIMITED'],
    ['content_filter', 'CONTENT_FILTERED'],
    ['context_length_exceeded', 'CONTEXT_TOO_LONG'],
    ['invalid_request_error', 'REJECTED'],
    ['server_error', 'UNAVAILABLE'],
    [null, 'UNAVAILABLE'],
  ] as const) {
    const failure = failureOfRefusal({ status: null, error: { code }, retryAfterMs: undefined }, SETTINGS);
    assert.equal(failure.code, expected, String(code));
  }
});

test('of a refusal only codes and names of parameters are told', () => {
  const told = (error: unknown) => failureOfRefusal({ status: 400, error, retryAfterMs: undefined }, SETTINGS).message;
  assert.match(
    told({ code: 'unsupported_value', param: 'messages[0].role' }),
    /unsupported_value, parameter messages\[0\]\.role/,
  );
  assert.doesNotMatch(told({ code: 'sk-abc123', param: 'the user said: hello', message: 'hello' }), /sk-abc|hello/);
});
