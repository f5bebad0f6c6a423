import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { runImport } from '../../src/cli/import.ts';
import { messageLine, NOW, openImportRoom, SCOPE, threadLine } from '../importing/import-room.ts';
import { printed } from './printed.ts';

async function openCommand(t: TestContext) {
  const room = await openImportRoom(t);
  const quiet = (): void => undefined;
  return {
    room,
    async run(file: string, more: { signal?: AbortSignal; wait?: boolean; terminal?: object; user?: string } = {}) {
      const out = printed(more.terminal);
      let indexers = 0;
      const status = await runImport(
        { file, user: more.user ?? SCOPE.owner, tenant: SCOPE.tenant, wait: more.wait ?? false },
        {
          engine: room.engine,
          out,
          signal: more.signal ?? new AbortController().signal,
          now: () => NOW,
          log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
          startIndexing() {
            indexers += 1;
            return Promise.resolve({
              close() {
                indexers -= 1;
                return Promise.resolve();
              },
            });
          },
        },
      );
      assert.equal(indexers, 0);
      return { status, lines: out.text().split('\n').slice(0, -1) };
    },
  };
}

const GOOD = [threadLine('t'), messageLine('t', 'm1'), messageLine('t', 'm2')];

test('a good file ends with status 0 and a summary', async (t) => {
  const { room, run } = await openCommand(t);
  const path = room.lines(GOOD);
  const size = Buffer.byteLength(GOOD.map((line) => JSON.stringify(line)).join('\n'));
  assert.deepEqual(await run(path), {
    status: 0,
    lines: [
      `Checking: 100% (${size} bytes of ${size} bytes)`,
      'Storing: 50% (1 of 2 messages)',
      'Storing: 100% (2 of 2 messages)',
      'Imported 1 thread and 2 messages.',
    ],
  });
  const again = await run(path);
  assert.equal(again.status, 0);
  assert.deepEqual(again.lines.slice(-2), [
    'Imported 0 threads and 0 messages.',
    'Not added again: 3 records that were there already.',
  ]);
});

test('a file with bad records ends with status 1, each told, the rest stored', async (t) => {
  const { room, run } = await openCommand(t);
  const path = room.lines([
    ...GOOD,
    messageLine('t', 'm3', { role: 'human' }),
    threadLine('u', { status: '' }),
    messageLine('u', 'm1'),
  ]);
  const { status, lines } = await run(path);
  assert.equal(status, 1);
  const said = lines.filter((line) => !line.startsWith('Checking') && !line.startsWith('Storing'));
  assert.deepEqual(said, [
    'line 4: message.role must be SYSTEM, USER, ASSISTANT or TOOL, not "human"',
    'line 5: thread.status must be ACTIVE or ARCHIVED, not ""',
    'Imported 1 thread and 2 messages.',
    '2 bad records left out (reasons above).',
    '1 message left out because the line of their thread is bad.',
    'Mend them and run the same command again: only what is missing is added.',
  ]);
});

test('an interrupted import ends with status 130 and says how to go on', async (t) => {
  const { room, run } = await openCommand(t);
  const { status, lines } = await run(room.lines(GOOD), { signal: AbortSignal.abort() });
  assert.equal(status, 130);
  assert.equal(lines.at(-1), 'Interrupted. What was stored stays: run the same command again to go on.');
});

test('a file that cannot be imported ends with status 1 and the reason', async (t) => {
  const { room, run } = await openCommand(t);
  for (const [path, reason] of [
    [`${room.folder}/gone`, /^skein import: .*gone does not exist\.$/],
    [room.file('a,b\n1,2\n'), /^skein import: .* looks like CSV/],
  ] as const) {
    const { status, lines } = await run(path);
    assert.equal(status, 1);
    assert.match(lines.join('\n'), reason);
  }
});

test('a user name that cannot be one is refused', async (t) => {
  const { room, run } = await openCommand(t);
  const { status, lines } = await run(room.lines(GOOD), { user: '' });
  assert.equal(status, 1);
  assert.deepEqual(lines, ['skein import: The user must be 1 to 256 characters without control characters.']);
});

test('a terminal sees a bar, and bad records above it', async (t) => {
  const { room, run } = await openCommand(t);
  const { lines } = await run(room.lines([...GOOD, '{']), { terminal: { isTTY: true, columns: 80 } });
  const text = lines.join('\n').replaceAll('\r\x1b[K', '<redrawn>');
  assert.match(text, /Checking \[-{24}\] 0% .*<redrawn>line 4: is not JSON/);
  assert.match(text, /<redrawn>Storing \[#{24}\] 100% \(2 of 2 messages\)\nImported 1 thread/);
});

test('with --wait the command stays until nothing waits for its meaning', async (t) => {
  const { room, run } = await openCommand(t);
  const blank = messageLine('t', 'm1', { content: '' });
  const { status, lines } = await run(room.lines([threadLine('t'), blank]), { wait: true });
  assert.equal(status, 0);
  assert.equal(lines.at(-1), 'Imported 1 thread and 1 message.');
});
