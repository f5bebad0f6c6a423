import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSkeinRecord } from '../../src/importing/skein-record.ts';
import { messageLine, NOW, threadLine } from './import-room.ts';

test('a thread line tells all that a thread has', () => {
  const line = {
    type: 'thread',
    key: 't01',
    title: 'Gateway',
    agent: 'ops-bot',
    instructions: 'Be brief.',
    status: 'ARCHIVED',
    metadata: { team: 'core' },
    createdAt: '2026-05-01T11:30:00+02:00',
    expiresAt: '2027-01-01T00:00:00Z',
  };
  const { type: kind, ...thread } = line;
  const createdAt = Date.parse(line.createdAt);
  const expiresAt = Date.parse(line.expiresAt);
  assert.deepEqual(parseSkeinRecord(JSON.stringify(line), NOW), { kind, thread: { ...thread, createdAt, expiresAt } });
});

test('a message line tells all that a message has', () => {
  const line = {
    type: 'message',
    thread: 't01',
    key: 'm01',
    seq: 3,
    role: 'ASSISTANT',
    author: 'ops-bot',
    content: 'Looking.',
    toolCalls: [{ id: 'c1', name: 'search', arguments: '{"q":"gateway"}' }],
    toolCallId: null,
    model: 'gpt-4o',
    usage: { inputTokens: 12, outputTokens: 3 },
    metadata: { channel: 'web' },
    createdAt: '2026-05-01T09:30:05.250Z',
  };
  const { type: kind, thread, seq, ...message } = line;
  const createdAt = Date.parse(line.createdAt);
  assert.deepEqual(parseSkeinRecord(JSON.stringify(line), NOW), {
    kind,
    thread,
    seq,
    message: { ...message, createdAt, finishReason: null },
  });
});

test('what is absent or null has its default', () => {
  assert.deepEqual(parseSkeinRecord('{"type":"thread","key":"t","title":null}', NOW), {
    kind: 'thread',
    thread: {
      key: 't',
      title: null,
      agent: null,
      instructions: null,
      status: 'ACTIVE',
      metadata: {},
      createdAt: null,
      expiresAt: null,
    },
  });
  const call = { id: 'c', name: 'f', arguments: '{}' };
  const line = { type: 'message', thread: 't', key: 'm', role: 'ASSISTANT', toolCalls: [call] };
  const record = parseSkeinRecord(JSON.stringify(line), NOW);
  assert.equal(record.kind === 'message' ? record.message.content : null, '');
});

const pairs = (count: number): object => Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${at}`, 'v']));

const BAD: readonly (readonly [object | string, string])[] = [
  ['{"type":"message",', 'is not JSON: Expected double-quoted property name in JSON at position 18 (line 1 column 19)'],
  ['[1]', 'must be an object, not a list'],
  ['{"key":"m"}', 'record.type is missing'],
  ['{"type":"reply"}', 'type must be "thread" or "message", not "reply"'],
  [threadLine(''), 'thread.key must not be empty'],
  [threadLine('t', { status: 'OPEN' }), 'thread.status must be ACTIVE or ARCHIVED, not "OPEN"'],
  [threadLine('t', { titel: 'x' }), 'thread has an unknown field: "titel"'],
  [threadLine('t', { title: 'x'.repeat(513) }), 'thread.title may have at most 512 characters, not 513.'],
  [threadLine('t', { metadata: pairs(17) }), 'thread.metadata may have at most 16 pairs, not 17.'],
  [threadLine('t', { metadata: { team: 7 } }), 'thread.metadata.team must be a string, not 7'],
  [
    threadLine('t', { expiresAt: '2020-01-01T00:00:00Z' }),
    'thread.expiresAt, 2020-01-01T00:00:00.000Z, has passed: such a thread would not be kept.',
  ],
  [messageLine('t', 'm', { role: 'human' }), 'message.role must be SYSTEM, USER, ASSISTANT or TOOL, not "human"'],
  [messageLine('t', 'm', { role: undefined }), 'message.role is missing: it must be SYSTEM, USER, ASSISTANT or TOOL'],
  [messageLine('t', 'm', { content: 12 }), 'message.content must be a string, not 12'],
  [messageLine('t', 'm', { content: undefined }), 'message.content is missing'],
  [messageLine('t', 'm', { seq: 0 }), 'message.seq must be at least 1, not 0'],
  [
    messageLine('t', 'm', { createdAt: 'yesterday' }),
    'message.createdAt must be a time like 2026-05-01T09:30:00Z, not "yesterday"',
  ],
  [
    messageLine('t', 'm', { content: 'é'.repeat(524_289) }),
    'message.content may have at most 1048576 bytes of UTF-8, not 1048578.',
  ],
  [
    messageLine('t', 'm', { role: 'ASSISTANT', toolCalls: [{ id: 'c', name: 'f', arguments: {} }] }),
    'message.toolCalls.0.arguments must be a string, not an object',
  ],
  [
    messageLine('t', 'm', { toolCalls: [{ id: 'c', name: 'f', arguments: '{}' }] }),
    'message.toolCalls: only an ASSISTANT message asks for tools.',
  ],
  [messageLine('t'.repeat(257), 'm'), 'message.thread may have at most 256 characters, not 257.'],
  [
    messageLine('t', 'm', { role: 1, content: 2 }),
    'message.role must be SYSTEM, USER, ASSISTANT or TOOL, not 1; message.content must be a string, not 2',
  ],
];

for (const [line, reason] of BAD) {
  test(`a bad line is told in words: ${reason.slice(0, 70)}`, () => {
    const record = parseSkeinRecord(typeof line === 'string' ? line : JSON.stringify(line), NOW);
    assert.equal(record.kind === 'bad' ? record.reason : record.kind, reason);
  });
}

test('a bad thread line still tells which thread it is', () => {
  const record = parseSkeinRecord(JSON.stringify(threadLine('t07', { status: 'OPEN' })), NOW);
  assert.equal(record.kind === 'bad' ? record.thread : null, 't07');
});
