import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { it } from 'node:test';
import { setTimeout as rest } from 'node:timers/promises';
import type { Log } from '../../src/core/log.ts';
import { startSkein } from '../support/skein.ts';
import { silentLog } from '../support/silent-log.ts';

it('a client that goes away in the middle of a request is no fault of the server', async () => {
  const faults: string[] = [];
  const log: Log = { ...silentLog, error: (_, message) => faults.push(message) };
  await using skein = await startSkein({ log });
  const { hostname, port } = new URL(skein.url);
  for (const length of [1_000, 5_000_000]) {
    const socket = connect({ host: hostname, port: Number(port) });
    await once(socket, 'connect');
    socket.write(
      `POST /graphql HTTP/1.1\r\nhost: ${hostname}:${port}\r\ncontent-type: application/json\r\n` +
        `content-length: ${String(length)}\r\n\r\n{"query": `,
    );
    await skein.ask('{ viewer { id } }');
    socket.destroy();
    await once(socket, 'close');
    // Nothing tells when the server has noticed, but what it answers afterwards.
    for (let turn = 0; turn < 5; turn += 1) {
      await rest(20);
      await skein.ask('{ viewer { id } }');
    }
  }
  assert.deepEqual(faults, []);
});
