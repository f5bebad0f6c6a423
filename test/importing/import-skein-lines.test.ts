import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SkeinError } from '../../src/core/errors.ts';
import type { Engine } from '../../src/storage/store.ts';
import { messageLine, NOW, onlyThread, openImportRoom, threadLine } from './import-room.ts';

function counted(messages: number, more: object = {}) {
  const nothing = { threads: 0, messages: 0, skipped: 0, bad: 0, withheld: 0, mentioned: 0, interrupted: false };
  return { ...nothing, format: 'skein-lines', messages, ...more };
}

test('everything that a line tells is stored', async (t) => {
  const room = await openImportRoom(t);
  const thread = { agent: 'ops', instructions: 'Be brief.', status: 'ARCHIVED', metadata: { team: 'core' } };
  const message = {
    seq: 1,
    role: 'ASSISTANT',
    author: 'Ada',
    content: 'Looking.',
    toolCalls: [{ id: 'c1', name: 'search', arguments: '{}' }],
    toolCallId: 'c0',
    model: 'gpt-4o',
    usage: { inputTokens: 12, outputTokens: 3 },
    metadata: { channel: 'web' },
    createdAt: '2026-05-01T09:30:05.250Z',
  };
  const expiresAt = '2027-01-01T00:00:00Z';
  const path = room.lines([threadLine('t', { ...thread, expiresAt }), messageLine('t', 'm', message)]);
  assert.deepEqual((await room.import(path)).report, counted(1, { threads: 1 }));
  const stored = await onlyThread(room);
  assert.partialDeepStrictEqual(stored.thread, {
    ...thread,
    title: 'T',
    createdAt: Date.parse('2026-05-01T09:00:00Z'),
    expiresAt: Date.parse(expiresAt),
    messageCount: 1,
  });
  const { createdAt } = message;
  assert.partialDeepStrictEqual(stored.messages[0], {
    ...message,
    createdAt: Date.parse(createdAt),
    status: 'COMPLETE',
  });
});

test('records may come in any order, threads after their messages and mixed with others', async (t) => {
  const room = await openImportRoom(t);
  const path = room.lines([
    messageLine('b', 'b2', { seq: 2 }),
    messageLine('a', 'a3', { seq: 3 }),
    messageLine('a', 'a1', { seq: 1 }),
    threadLine('b', { createdAt: '2026-05-02T09:00:00Z' }),
    messageLine('b', 'b1', { seq: 1 }),
    messageLine('a', 'a2', { seq: 2 }),
    threadLine('a'),
  ]);
  await room.import(path);
  assert.deepEqual(await room.contents(), { A: ['a1', 'a2', 'a3'], B: ['b1', 'b2'] });
});

test('without seqs messages order by time, equal times and none by their order in the file', async (t) => {
  const room = await openImportRoom(t);
  const at = (minute: string): object => ({ createdAt: `2026-05-01T10:${minute}:00Z` });
  const path = room.lines([
    threadLine('t'),
    messageLine('t', 'late', at('30')),
    messageLine('t', 'behind late'),
    messageLine('t', 'early', at('10')),
    messageLine('t', 'also early', at('10')),
  ]);
  await room.import(path);
  assert.deepEqual(await room.contents(), { T: ['early', 'also early', 'late', 'behind late'] });
  const { messages } = await onlyThread(room);
  const minutes = messages.map(({ createdAt }) => new Date(createdAt).getUTCMinutes());
  assert.deepEqual(minutes, [10, 10, 30, 30]);
});

test('seq goes before time', async (t) => {
  const room = await openImportRoom(t);
  const path = room.lines([
    threadLine('t'),
    messageLine('t', 'second', { seq: 2, createdAt: '2026-05-01T10:00:00Z' }),
    messageLine('t', 'behind second', { createdAt: '2026-05-01T10:01:00Z' }),
    messageLine('t', 'first', { seq: 1, createdAt: '2026-05-01T11:00:00Z' }),
  ]);
  await room.import(path);
  assert.deepEqual(await room.contents(), { T: ['first', 'second', 'behind second'] });
});

test('a thread that only messages name is made without a title, as old as its first message', async (t) => {
  const room = await openImportRoom(t);
  const path = room.lines([messageLine('t', 'm', { createdAt: '2026-04-01T10:00:00Z' }), messageLine('u', 'n')]);
  assert.deepEqual((await room.import(path)).report, counted(2, { threads: 2, mentioned: 2 }));
  const stored = await room.stored();
  assert.deepEqual(
    stored.map(({ thread }) => [thread.title, thread.createdAt]),
    [
      [null, Date.parse('2026-04-01T10:00:00Z')],
      [null, NOW],
    ],
  );
});

test('a second run adds nothing', async (t) => {
  const room = await openImportRoom(t);
  const path = room.lines([threadLine('t'), messageLine('t', 'm1'), messageLine('t', 'm2'), messageLine('u', 'm1')]);
  await room.import(path);
  const before = await room.stored();
  assert.deepEqual((await room.import(path)).report, counted(0, { skipped: 4 }));
  assert.deepEqual(await room.stored(), before);
});

test('a longer file adds what is new', async (t) => {
  const room = await openImportRoom(t);
  const lines = [threadLine('t'), messageLine('t', 'm1'), messageLine('t', 'm2')];
  await room.import(room.lines(lines));
  const longer = room.lines([...lines, messageLine('t', 'm3'), threadLine('u'), messageLine('u', 'm1')]);
  assert.deepEqual((await room.import(longer)).report, counted(2, { threads: 1, skipped: 3 }));
  assert.deepEqual(await room.contents(), { T: ['m1', 'm2', 'm3'], U: ['m1'] });
});

test('bad records are told with line and reason, and all others are stored', async (t) => {
  const room = await openImportRoom(t);
  const path = room.lines([
    threadLine('t'),
    messageLine('t', 'm1'),
    messageLine('t', 'm2', { role: 'human' }),
    '',
    '{"type":"message"',
    messageLine('t', 'm3'),
    messageLine('t', 'm4', { content: 'x'.repeat(1_048_577) }),
    messageLine('t', 'm5', { content: 'x'.repeat(9_000_000) }),
    messageLine('t', 'm6'),
  ]);
  const { report, bad } = await room.import(path);
  assert.deepEqual(report, counted(3, { threads: 1, bad: 4 }));
  assert.deepEqual(bad, [
    'line 3: message.role must be SYSTEM, USER, ASSISTANT or TOOL, not "human"',
    "line 5: is not JSON: Expected ',' or '}' after property value in JSON at position 17 (line 1 column 18)",
    'line 7: message.content may have at most 1048576 bytes of UTF-8, not 1048577.',
    'line 8: has 8.6 MB; a line may have at most 8 MB',
  ]);
  assert.deepEqual(await room.contents(), { T: ['m1', 'm3', 'm6'] });
});

test('the messages of a thread whose line is bad wait until it is mended', async (t) => {
  const room = await openImportRoom(t);
  const lines = (status: string): object[] => [
    messageLine('t', 'm1'),
    threadLine('t', { status }),
    messageLine('t', 'm2'),
    threadLine('u'),
    messageLine('u', 'm1'),
  ];
  const first = await room.import(room.lines(lines('OPEN')));
  assert.deepEqual(first.report, counted(1, { threads: 1, bad: 1, withheld: 2 }));
  assert.deepEqual(first.bad, ['line 2: thread.status must be ACTIVE or ARCHIVED, not "OPEN"']);
  assert.deepEqual(await room.contents(), { U: ['m1'] });
  await room.import(room.lines(lines('ACTIVE')));
  assert.deepEqual(await room.contents(), { T: ['m1', 'm2'], U: ['m1'] });
});

test('a record that is there twice counts once; another one with its key is told', async (t) => {
  const room = await openImportRoom(t);
  const path = room.lines([
    threadLine('t'),
    messageLine('t', 'm1'),
    messageLine('t', 'm1', { author: null }),
    messageLine('t', 'm1', { content: 'another' }),
    threadLine('t'),
    threadLine('t', { title: 'Another' }),
  ]);
  const { report, bad } = await room.import(path);
  assert.deepEqual(report, counted(1, { threads: 1, skipped: 2, bad: 2 }));
  assert.deepEqual(bad, [
    'line 4: message "m1" is on line 2 already, with other content; that one counts',
    'line 6: thread "t" is on line 1 already, with other content; that one counts',
  ]);
  assert.deepEqual(await room.contents(), { T: ['m1'] });
});

/** 30 threads of 250 messages, mixed. */
function manyLines(): object[] {
  const keys = Array.from({ length: 30 }, (_, at) => `t${String(at).padStart(2, '0')}`);
  const rounds = Array.from({ length: 250 }, (_, at) => at + 1);
  return [
    ...rounds.flatMap((seq) => keys.map((key) => messageLine(key, `m${seq}`, { seq }))),
    ...keys.map((key) => threadLine(key)),
  ];
}

/** The engine, aborting a signal after so many appends. */
function abortingAfter(
  appends: number,
  engine: Engine,
  interrupt: AbortController,
): Pick<Engine, 'threads' | 'messages'> {
  let left = appends;
  const append: Engine['messages']['append'] = async (...args) => {
    const answer = await engine.messages.append(...args);
    left -= 1;
    if (left === 0) interrupt.abort();
    return answer;
  };
  return { threads: engine.threads, messages: { ...engine.messages, append } };
}

test('what was stored before an interruption stays, and the next run goes on in order', async (t) => {
  const room = await openImportRoom(t);
  const path = room.lines(manyLines());
  let added = 0;
  for (const appends of [1, 7, 20]) {
    const interrupt = new AbortController();
    const engine = abortingAfter(appends, room.engine, interrupt);
    const { report } = await room.import(path, { engine, signal: interrupt.signal });
    assert.equal(report.interrupted, true);
    added += report.messages;
    const stored = await room.stored();
    assert.equal(
      stored.reduce((sum, { thread }) => sum + thread.messageCount, 0),
      added,
    );
    assert.ok(added < 7_500);
  }
  const { report } = await room.import(path);
  assert.equal(added + report.messages, 7_500);
  const stored = await room.stored();
  assert.deepEqual(
    stored.map(({ thread }) => thread.messageCount),
    Array.from({ length: 30 }, () => 250),
  );
  for (const { messages } of stored) {
    assert.deepEqual(
      messages.map(({ content, seq }) => [content, seq]),
      Array.from({ length: 100 }, (_, at) => [`m${at + 1}`, at + 1]),
    );
  }
});

test('an import that is interrupted before it has checked the file has stored nothing', async (t) => {
  const room = await openImportRoom(t);
  const path = room.lines(manyLines());
  const { report } = await room.import(path, { signal: AbortSignal.abort() });
  assert.deepEqual(report, counted(0, { interrupted: true }));
  assert.deepEqual(await room.stored(), []);
});

test('when the engine fails the import ends with its error, and the next run goes on', async (t) => {
  const room = await openImportRoom(t);
  const path = room.lines(manyLines());
  let left = 5;
  const append: Engine['messages']['append'] = async (...args) => {
    left -= 1;
    if (left < 0) throw new SkeinError('UNAVAILABLE', 'The disk is full.');
    return await room.engine.messages.append(...args);
  };
  const engine = { threads: room.engine.threads, messages: { ...room.engine.messages, append } };
  await assert.rejects(room.import(path, { engine }), { code: 'UNAVAILABLE' });
  const { report } = await room.import(path);
  assert.equal(report.messages, 7_000);
});

test('a thread that the engine refuses is told and the others are stored', async (t) => {
  const room = await openImportRoom(t);
  const path = room.lines([threadLine('t'), messageLine('t', 'm1'), threadLine('u'), messageLine('u', 'm1')]);
  const create: Engine['threads']['create'] = async (scope, thread, call) => {
    if (thread.title === 'T') throw new SkeinError('NOT_FOUND', 'There is no such thread.');
    return await room.engine.threads.create(scope, thread, call);
  };
  const engine = { messages: room.engine.messages, threads: { ...room.engine.threads, create } };
  const { report, bad } = await room.import(path, { engine });
  assert.deepEqual(report, counted(1, { threads: 1, bad: 1 }));
  assert.deepEqual(bad, ['line 1: could not be stored: There is no such thread.']);
});

test('a file that changes under the import is told', async (t) => {
  const room = await openImportRoom(t);
  const lines = [threadLine('t'), messageLine('t', 'm1')];
  const path = room.lines(lines);
  const create: Engine['threads']['create'] = async (...args) => {
    room.lines(['#'.repeat(1000)]);
    return await room.engine.threads.create(...args);
  };
  const engine = { messages: room.engine.messages, threads: { ...room.engine.threads, create } };
  await assert.rejects(room.import(path, { engine }), { code: 'CONFLICT' });
});

test('a folder or a file that is not there is refused by name', async (t) => {
  const room = await openImportRoom(t);
  await assert.rejects(room.import(`${room.folder}/gone.jsonl`), {
    message: `${room.folder}/gone.jsonl does not exist.`,
  });
  await assert.rejects(room.import(room.folder), {
    message: /is a folder\. Give a file in it, such as .*conversations\.json/,
  });
});
