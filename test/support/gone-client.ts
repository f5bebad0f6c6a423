import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as rest } from 'node:timers/promises';
import type { TestSkein } from './skein.ts';

/**
 * Posts a request with this body, and goes away; returns when the server must have noticed.
 * @param length of the body, as the request has it: more than the body has means that it breaks off
 * @param isTime when to go away
 */
export async function askAndGoAway(
  skein: TestSkein,
  body: string,
  length: number,
  isTime: (socket: Socket) => Promise<unknown>,
): Promise<void> {
  const { host, hostname, port } = new URL(skein.url);
  const socket = connect({ host: hostname, port: Number(port) });
  await once(socket, 'connect');
  socket.write(
    `POST /graphql HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/json\r\n` +
      `content-length: ${String(length)}\r\n\r\n${body}`,
  );
  await isTime(socket);
  socket.destroy();
  await once(socket, 'close');
  // Nothing tells when the server has noticed, but what it answers afterwards.
  for (let turn = 0; turn < 5; turn += 1) {
    await rest(20);
    await skein.ask('{ viewer { id } }');
  }
}
