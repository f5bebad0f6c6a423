import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { SkeinError } from '../../src/core/errors.ts';
import { recognise } from '../../src/importing/recognise.ts';

function formatOf(content: string | Buffer): string {
  return recognise(Buffer.from(content), 'the-file');
}

test('Skein JSON Lines are known by a record among the first lines', () => {
  assert.equal(formatOf('{"type":"thread","key":"t01"}\n'), 'skein-lines');
  assert.equal(formatOf('\uFEFF\n  { "key": "m", "type" : "message" }'), 'skein-lines');
  assert.equal(formatOf('a broken line\n{"type":"message"'), 'skein-lines');
});

test('a ChatGPT export is known by its conversations', () => {
  assert.equal(formatOf('[{"title":"x","create_time":1.5,"mapping":{"a":{"id"'), 'chatgpt-array');
  assert.equal(formatOf('\n[\n null, {"conversation_id":"c","current_node":null}]'), 'chatgpt-array');
  assert.equal(formatOf('[]'), 'chatgpt-array');
  assert.equal(formatOf('{"title":"one","mapping":{}}'), 'chatgpt-sequence');
});

const REFUSED: readonly (readonly [string, string | Buffer, RegExp])[] = [
  ['an empty file', ' \n', /^the-file is empty\. skein import reads Skein JSON Lines .* and conversations\.json/],
  [
    'a zip',
    Buffer.from('PK\x03\x04\x14\0rest', 'latin1'),
    /is a zip archive\. Unpack it and give the conversations\.json/,
  ],
  ['gzip', gzipSync('{}'), /is compressed with gzip\. Unpack it/],
  ['a database', 'SQLite format 3\0rest', /is an SQLite database/],
  ['UTF-16', Buffer.from('\uFEFF{"type":"thread"}', 'utf16le'), /is UTF-16 text\. Save it as UTF-8/],
  ['other binary', Buffer.from([1, 0, 2, 0]), /is not text/],
  [
    'HTML',
    '<!doctype html><title>ChatGPT Data Export</title>',
    /is HTML or XML\. Beside the chat\.html .* conversations\.json/,
  ],
  ['CSV', 'thread,role,content\n1,user,hello\n', /looks like CSV or plain text/],
  ['prose', 'hello\n', /is not JSON/],
  [
    'another object',
    '{"name":"skein","version":"0.1.0"}',
    /neither a Skein record nor a ChatGPT conversation \(its fields: "name", "version"\)/,
  ],
  [
    'an array of Skein records',
    '[{"type":"thread","key":"t"}]',
    /is a JSON array of Skein records\. Write one record a line/,
  ],
  ['a Claude export', '[{"uuid":"u","chat_messages":[]}]', /looks like a Claude export, which is not read yet/],
  ['another array', '[{"role":"user"}]', /is a JSON array, but not of ChatGPT conversations \(its fields: "role"\)/],
];

for (const [what, content, message] of REFUSED) {
  test(`${what} is refused in words that say what it is`, () => {
    assert.throws(
      () => formatOf(content),
      (error) => error instanceof SkeinError && error.code === 'BAD_USER_INPUT' && message.test(error.message),
    );
  });
}
