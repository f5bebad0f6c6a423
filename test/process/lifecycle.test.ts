import assert from 'node:assert/strict';
import { existsSync, statSync } from 'node:fs';
import { mkdtempDisposable } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { valueAt, valuesAt, type Answer } from '../support/answer.ts';
import { startServer } from '../support/server-process.ts';
import { APPEND, SEND, threadWith } from '../support/skein.ts';

const aFolder = () => mkdtempDisposable(join(tmpdir(), 'skein-test-'));

function assertClosedCleanly(folder: string): void {
  const file = join(folder, 'data', 'skein.db');
  assert.ok(statSync(file).size > 0);
  const log = `${file}-wal`;
  assert.ok(!existsSync(log) || statSync(log).size === 0, 'nothing is left in the write-ahead log');
}

describe('a server that is told to stop', () => {
  it('finishes what is in flight, answers for all that it stored, and closes the file', async () => {
    await using folder = await aFolder();
    await using server = await startServer(folder.path);
    const threadId = await threadWith(server, []);
    const asked = Array.from({ length: 60 }, (_, at) => {
      const content = `Question ${at}`;
      return at % 3 === 0
        ? server.ask(SEND, { input: { threadId, content } }).then(sent)
        : server.ask(APPEND, { input: { threadId, messages: [{ role: 'USER', content }] } }).then(appended);
    });
    await Promise.race(asked);
    const stopped = server.end('SIGTERM');
    const answers = await Promise.allSettled(asked);
    assert.deepEqual(await stopped, { status: 0, signal: null }, server.stderr());
    assertClosedCleanly(folder.path);

    await using again = await startServer(folder.path);
    const { data } = await again.ask(
      `query ($id: ID!) { thread(id: $id) { messages(first: 100) { edges { node { id status } } } } }`,
      { id: threadId },
    );
    const stored = valuesAt(data, 'thread.messages.edges.*.node.id');
    const answered = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
    assert.deepEqual(new Set(stored), new Set(answered), 'what is stored is what was answered for');
    for (const status of valuesAt(data, 'thread.messages.edges.*.node.status')) assert.equal(status, 'COMPLETE');
    for (const answer of answers) {
      // A request that was still on its way meets a closed connection.
      if (answer.status === 'rejected') assert.ok(answer.reason instanceof TypeError, String(answer.reason));
    }
  });

  it('lets go of connections that ask for nothing', async () => {
    await using folder = await aFolder();
    await using server = await startServer(folder.path);
    const idle = connect(Number(new URL(server.origin).port), '127.0.0.1');
    await once(idle, 'connect');
    const socket = new WebSocket(server.url.replace('http', 'ws'), 'graphql-transport-ws');
    await once(socket, 'open');
    const closed = once(socket, 'close');
    assert.deepEqual(await server.end('SIGTERM'), { status: 0, signal: null }, server.stderr());
    assert.equal((await closed)[0], 1_001);
    assertClosedCleanly(folder.path);
    idle.destroy();
  });

  it('cuts off a client that never ends its request, and still closes the file', async () => {
    await using folder = await aFolder();
    await using server = await startServer(folder.path);
    const port = Number(new URL(server.origin).port);
    const endless = connect(port, '127.0.0.1').on('error', () => {});
    endless.write(
      `POST /graphql HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{`,
    );
    const deaf = new WebSocket(server.url.replace('http', 'ws'), 'graphql-transport-ws');
    await once(deaf, 'open');
    deaf.pause();
    assert.deepEqual(await server.end('SIGTERM'), { status: 0, signal: null }, server.stderr());
    assertClosedCleanly(folder.path);
    endless.destroy();
    deaf.terminate();
  });

  it('stops for Ctrl-C as well, which comes twice when npm passes it on', async () => {
    await using folder = await aFolder();
    await using server = await startServer(folder.path);
    await threadWith(server, ['Stay.']);
    const socket = new WebSocket(server.url.replace('http', 'ws'), 'graphql-transport-ws');
    await once(socket, 'open');
    // Told to the socket, the first one has arrived: signals that are sent at once count as one.
    socket.once('close', () => server.kill('SIGINT'));
    assert.deepEqual(await server.end('SIGINT'), { status: 0, signal: null }, server.stderr());
    assertClosedCleanly(folder.path);
  });
});

/** The ids of what was stored; none when the request was refused because the server stops. */
function sent({ data, errors }: Answer): unknown[] {
  if (errors) return refused(errors);
  return [valueAt(data, 'sendMessage.userMessage.id'), valueAt(data, 'sendMessage.reply.id')];
}

function appended({ data, errors }: Answer): unknown[] {
  if (errors) return refused(errors);
  return valuesAt(data, 'appendMessages.messages.*.id');
}

function refused(errors: NonNullable<Answer['errors']>): [] {
  assert.deepEqual(
    errors.map(({ extensions }) => extensions.code),
    ['UNAVAILABLE'],
  );
  return [];
}
