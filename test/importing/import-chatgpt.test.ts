import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aConversation, aMessage } from './chatgpt-export.ts';
import { onlyThread, openImportRoom } from './import-room.ts';

function counted(messages: number, more: object = {}) {
  const nothing = { threads: 0, messages: 0, skipped: 0, bad: 0, withheld: 0, mentioned: 0, interrupted: false };
  return { ...nothing, format: 'chatgpt-array', messages, ...more };
}

const HELLO = [
  aMessage('m1', 'system', ''),
  aMessage('m2', 'user', 'How long do I proof the dough?'),
  aMessage('m3', 'assistant', 'Overnight, in the fridge.', { metadata: { model_slug: 'gpt-4o' } }),
];

test('a conversation becomes a thread with the messages of its active path', async (t) => {
  const room = await openImportRoom(t);
  const path = room.file(JSON.stringify([aConversation('c1', HELLO)]));
  assert.deepEqual((await room.import(path)).report, counted(3, { threads: 1 }));
  const { thread, messages } = await onlyThread(room);
  assert.equal(thread.title, 'About c1');
  assert.deepEqual(
    messages.map(({ seq, role, content, model }) => [seq, role, content, model]),
    [
      [1, 'SYSTEM', '', null],
      [2, 'USER', 'How long do I proof the dough?', null],
      [3, 'ASSISTANT', 'Overnight, in the fridge.', 'gpt-4o'],
    ],
  );
});

test('a second run adds nothing, and a newer export only what is new', async (t) => {
  const room = await openImportRoom(t);
  const path = room.file(JSON.stringify([aConversation('c1', HELLO)]));
  await room.import(path);
  assert.deepEqual((await room.import(path)).report, counted(0, { skipped: 4 }));
  const more = [...HELLO, aMessage('m4', 'user', 'And in summer?')];
  const newer = room.file(JSON.stringify([aConversation('c2', HELLO), aConversation('c1', more)], null, 2));
  assert.deepEqual((await room.import(newer)).report, counted(4, { threads: 1, skipped: 4 }));
  const stored = await room.stored();
  assert.deepEqual(stored.map(({ thread }) => thread.messageCount).sort(), [3, 4]);
});

test('a conversation that is there twice becomes one thread with the messages of both', async (t) => {
  const room = await openImportRoom(t);
  const more = [...HELLO, aMessage('m4', 'user', 'And in summer?')];
  const path = room.file(JSON.stringify([aConversation('c1', HELLO), aConversation('c1', more)]));
  assert.deepEqual((await room.import(path)).report, counted(4, { threads: 1, skipped: 4 }));
  const { messages } = await onlyThread(room);
  assert.equal(messages.at(-1)?.content, 'And in summer?');
});

test('bad conversations and messages are told with their place, and all others are stored', async (t) => {
  const room = await openImportRoom(t);
  const good = (id: string): string => JSON.stringify(aConversation(id, HELLO));
  const critic = JSON.stringify(aConversation('c5', [...HELLO, aMessage('m4', 'critic', 'Hm')]));
  const content = `[${good('c1')},\nnull,\n{"title":"x", "mapping":NaN},\n${critic},\n{"id":"c6"},\n{"mapping":{}},\n${good('c7')}`;
  const { report, bad } = await room.import(room.file(content));
  assert.deepEqual(report, counted(9, { threads: 3, bad: 6 }));
  const places = content.split('\n').map((_line, at, all) => all.slice(0, at).join('\n').length + (at === 0 ? 0 : 1));
  assert.deepEqual(bad, [
    `conversation 2 (line 2, byte ${places[1]}): must be an object, not null`,
    `conversation 3 (line 3, byte ${places[2]}): is not JSON: Unexpected token 'N', ...""mapping":NaN}" is not valid JSON`,
    `conversation 4 (line 4, byte ${places[3]}), message "n4": message.author.role must be one of system, developer, user, assistant, tool, function, not "critic"`,
    `conversation 5 (line 5, byte ${places[4]}): conversation.mapping is missing`,
    `conversation 6 (line 6, byte ${places[5]}): conversation has neither id nor conversation_id`,
    `conversation 8 (line 7, byte ${content.length}): is missing: the file is cut short`,
  ]);
});

test('a conversation too long to hold is told, and the next one is stored', async (t) => {
  const room = await openImportRoom(t);
  const long = JSON.stringify(aConversation('c1', [aMessage('m1', 'user', 'x'.repeat(20 * 1024 * 1024))]));
  const { report, bad } = await room.import(room.file(`[${long},${JSON.stringify(aConversation('c2', HELLO))}]`));
  assert.deepEqual(report, counted(3, { threads: 1, bad: 1 }));
  assert.deepEqual(bad, ['conversation 1 (line 1, byte 1): has 20 MB; one conversation may have at most 16 MB']);
});

test('one conversation alone, or several after each other, are read as well', async (t) => {
  const room = await openImportRoom(t);
  const both = [aConversation('c1', HELLO), aConversation('c2', HELLO)];
  const path = room.file(both.map((conversation) => JSON.stringify(conversation, null, 2)).join('\n'));
  assert.deepEqual((await room.import(path)).report, counted(6, { format: 'chatgpt-sequence', threads: 2 }));
});

test('an empty export is no fault', async (t) => {
  const room = await openImportRoom(t);
  assert.deepEqual(await room.import(room.file('[]')), { report: counted(0), bad: [] });
});

test('an interrupted import of an export goes on with the next run', async (t) => {
  const room = await openImportRoom(t);
  const many = Array.from({ length: 40 }, (_, at) => aConversation(`c${at}`, HELLO));
  const path = room.file(JSON.stringify(many));
  const interrupt = new AbortController();
  const create: typeof room.engine.threads.create = async (...args) => {
    const answer = await room.engine.threads.create(...args);
    interrupt.abort();
    return answer;
  };
  const engine = { messages: room.engine.messages, threads: { ...room.engine.threads, create } };
  const first = await room.import(path, { engine, signal: interrupt.signal });
  assert.equal(first.report.interrupted, true);
  const second = await room.import(path);
  assert.equal(first.report.threads + second.report.threads, 40);
  assert.equal(first.report.messages + second.report.messages, 120);
});
