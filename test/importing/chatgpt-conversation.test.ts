import assert from 'node:assert/strict';
import { test } from 'node:test';
import { convertConversation } from '../../src/importing/chatgpt-conversation.ts';
import { chatGptConversation } from '../../src/importing/chatgpt-shape.ts';
import { aConversation, aMessage } from './chatgpt-export.ts';

const SECOND = 1_746_090_000;

function convert(messages: readonly object[], more: object = {}) {
  return convertConversation(chatGptConversation.parse(aConversation('c1', messages, more)));
}

test('system and tool messages are kept, roots without a message are not', () => {
  const { messages } = convert([
    aMessage('m1', 'system', '', { weight: 0, metadata: { is_visually_hidden_from_conversation: true } }),
    aMessage('m2', 'user', 'Hi'),
    aMessage('m3', 'tool', 'found', { author: { role: 'tool', name: 'browser' } }),
    aMessage('m4', 'assistant', 'Hello', { metadata: { model_slug: 'gpt-4o', finish_details: { type: 'stop' } } }),
  ]);
  assert.deepEqual(
    messages.map(({ key, role, author, content, model, finishReason }) => [
      key,
      role,
      author,
      content,
      model,
      finishReason,
    ]),
    [
      ['m1', 'SYSTEM', null, '', null, null],
      ['m2', 'USER', null, 'Hi', null, null],
      ['m3', 'TOOL', 'browser', 'found', null, null],
      ['m4', 'ASSISTANT', null, 'Hello', 'gpt-4o', 'stop'],
    ],
  );
  assert.deepEqual(messages[0]?.metadata, { hidden: 'true', weight: '0' });
});

test('the other branches are noted on the thread', () => {
  const { thread } = convert([aMessage('m1', 'user', 'Hi')], {
    mapping: {
      root: { id: 'root', message: null, parent: null, children: ['a', 'b'] },
      a: { id: 'a', message: aMessage('m1', 'user', 'Hi'), parent: 'root', children: [] },
      b: { id: 'b', message: aMessage('m2', 'user', 'Hello'), parent: 'root', children: [] },
    },
    current_node: 'b',
  });
  assert.deepEqual(thread.metadata, { source: 'chatgpt', branches: '1' });
});

test('a conversation of a custom GPT has it as its agent, an archived one is archived', () => {
  const { thread } = convert([], { gizmo_id: 'g-123', is_archived: true });
  assert.deepEqual([thread.key, thread.agent, thread.status], ['c1', 'g-123', 'ARCHIVED']);
});

test('an empty title is none, a long one is shortened', () => {
  for (const title of ['', '  ', null, undefined, 7]) assert.equal(convert([], { title }).thread.title, null);
  const { title } = convert([], { title: '🧵'.repeat(600) }).thread;
  assert.equal(title, `${'🧵'.repeat(511)}…`);
});

test('times in seconds become milliseconds', () => {
  const { thread, messages } = convert([aMessage('m1', 'user', 'Hi', { create_time: SECOND + 0.123456 })]);
  assert.equal(thread.createdAt, 1_746_089_999_500);
  assert.equal(messages[0]?.createdAt, SECOND * 1000 + 123);
});

test('a message without a time takes that of the one before it, the first that of the conversation', () => {
  const { messages } = convert([
    aMessage('m1', 'system', '', { create_time: null }),
    aMessage('m2', 'user', 'Hi', { create_time: SECOND }),
    aMessage('m3', 'assistant', 'Hello', { create_time: 0 }),
    aMessage('m4', 'user', 'Bye', { create_time: 'never' }),
  ]);
  const times = [1_746_089_999_500, SECOND * 1000, SECOND * 1000, SECOND * 1000];
  assert.deepEqual(
    messages.map(({ createdAt }) => createdAt),
    times,
  );
});

test('a conversation without a time takes that of its earliest message, or of its last change', () => {
  const late = aMessage('m1', 'user', 'Hi', { create_time: SECOND + 5 });
  const early = aMessage('m2', 'user', 'Ho', { create_time: SECOND });
  assert.equal(convert([late, early], { create_time: null }).thread.createdAt, SECOND * 1000);
  assert.equal(convert([], { create_time: null }).thread.createdAt, 1_746_099_999_500);
  assert.equal(convert([], { create_time: null, update_time: null }).thread.createdAt, null);
});

test('a message to a tool is a tool call, and the answer points to it', () => {
  const { messages } = convert([
    aMessage(
      'm1',
      'assistant',
      { content_type: 'code', language: 'python', text: 'print(1)' },
      { recipient: 'python' },
    ),
    aMessage('m2', 'assistant', '{"q":"tea"}', { recipient: 'web.search' }),
    aMessage(
      'm3',
      'tool',
      { content_type: 'execution_output', text: '1' },
      { author: { role: 'tool', name: 'python' } },
    ),
    aMessage('m4', 'tool', 'found', { author: { role: 'tool', name: 'browser' } }),
    aMessage('m5', 'user', 'Hm', { recipient: 'all' }),
  ]);
  assert.deepEqual(
    messages.map(({ content, toolCalls, toolCallId }) => [content, toolCalls, toolCallId]),
    [
      ['print(1)', [{ id: 'm1', name: 'python', arguments: '{"input":"print(1)"}' }], null],
      ['{"q":"tea"}', [{ id: 'm2', name: 'web.search', arguments: '{"q":"tea"}' }], null],
      ['1', [], 'm1'],
      ['found', [], 'm2'],
      ['Hm', [], null],
    ],
  );
  assert.deepEqual(messages[0]?.metadata, { contentType: 'code', language: 'python' });
});

test('names of attached files are noted, as far as a metadata value reaches', () => {
  const attachments = Array.from({ length: 60 }, (_, at) => ({ id: 'f', name: `report-${at}.pdf`, size: 1 }));
  const { messages } = convert([aMessage('m1', 'user', 'Read these', { metadata: { attachments } })]);
  const noted = messages[0]?.metadata['attachments'] ?? '';
  assert.match(noted, /^report-0\.pdf, report-1\.pdf, .*…$/);
  assert.equal(noted.length, 512);
});

test('a message that cannot be kept is told with its reason, and the others are kept', () => {
  const { messages, bad } = convert([
    aMessage('m1', 'user', 'Hi'),
    aMessage('m2', 'critic', 'Hm'),
    { id: 'm3' },
    aMessage('m4', 'user', 'x'.repeat(1_048_577)),
    aMessage('m5', 'user', null),
  ]);
  assert.deepEqual(
    messages.map(({ key }) => key),
    ['m1', 'm5'],
  );
  assert.deepEqual(bad, [
    {
      key: 'n2',
      reason: 'message.author.role must be one of system, developer, user, assistant, tool, function, not "critic"',
    },
    { key: 'n3', reason: 'message.author is missing' },
    { key: 'n4', reason: 'message.content may have at most 1048576 bytes of UTF-8, not 1048577.' },
  ]);
});

test('a damaged tree is told in the metadata', () => {
  const mapping = { a: { id: 'a', message: aMessage('m1', 'user', 'Hi'), parent: 'a', children: ['a'] } };
  const { thread, messages } = convert([], { mapping, current_node: 'a' });
  assert.deepEqual(thread.metadata, { source: 'chatgpt', damaged: 'cycle' });
  assert.equal(messages.length, 1);
});
