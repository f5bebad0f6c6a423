/** The process behind `http-load.ts`: bare sockets, so that the client never is the slow part. */
import { connect } from 'node:net';
import { load, type Load, type LoadResult } from './http-load.ts';

const SUCCESS = '{"data":';

function requestsOf({ url, bodies, headers = {} }: Load): Buffer[] {
  const { pathname, host } = new URL(url);
  const lines = Object.entries({ ...headers, host, 'content-type': 'application/json' }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  return bodies.map((body) => {
    const length = String(Buffer.byteLength(body));
    return Buffer.from(`POST ${pathname} HTTP/1.1\r\n${lines.join('')}content-length: ${length}\r\n\r\n${body}`);
  });
}

/** What to ask, and how long to wait before. */
type Next = { readonly request: Buffer; readonly waitMs: number };

/** A connection that asks one thing at a time, until `next` has nothing more. Rejects when an answer is no success. */
function askOnAndOn(url: string, next: () => Next | null, answered: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const socket = connect({ host: hostname, port: Number(port), noDelay: true });
    let head = '';
    let missing = 0;
    const ask = (): void => {
      const wanted = next();
      if (wanted === null) {
        socket.destroy();
        resolve();
      } else if (wanted.waitMs > 0) {
        setTimeout(() => socket.write(wanted.request), wanted.waitMs);
      } else {
        socket.write(wanted.request);
      }
    };
    const readHead = (chunk: Buffer): void => {
      head += chunk.toString('latin1');
      const end = head.indexOf('\r\n\r\n') + 4;
      if (end < 4 || head.length < end + SUCCESS.length) return;
      const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
      if (length === undefined || !head.startsWith(SUCCESS, end)) {
        socket.destroy(new Error(`No success: ${head.slice(0, 2_000)}`));
        return;
      }
      missing = end + Number(length) - head.length;
      head = '';
      if (missing === 0) done();
    };
    const done = (): void => {
      answered();
      ask();
    };
    socket.on('connect', ask);
    socket.on('data', (chunk) => {
      if (missing === 0) {
        readHead(chunk);
      } else {
        missing -= chunk.length;
        if (missing === 0) done();
      }
    });
    socket.on('error', reject);
    socket.on('close', () => {
      reject(new Error('The server closed the connection.'));
    });
  });
}

async function runLoad(wanted: Load): Promise<LoadResult> {
  const requests = requestsOf(wanted);
  const latencies: number[] = [];
  const { atLeast = 0, everyMs = 0 } = wanted;
  let turn = 0;
  const started = performance.now();
  const deadline = started + wanted.seconds * 1_000;
  await Promise.all(
    Array.from({ length: wanted.connections }, () => {
      let asked = 0;
      const next = (): Next | null => {
        const now = performance.now();
        asked = everyMs === 0 ? now : Math.max(started, asked + everyMs);
        const request = now < deadline || turn < atLeast ? requests[turn++ % requests.length] : undefined;
        return request === undefined ? null : { request, waitMs: asked - now };
      };
      return askOnAndOn(wanted.url, next, () => latencies.push(performance.now() - asked));
    }),
  );
  const seconds = (performance.now() - started) / 1_000;
  return { perSecond: latencies.length / seconds, latencies };
}

process.on('message', (message) => {
  runLoad(load.parse(message)).then(
    (result) => process.send?.(result),
    (error: unknown) => process.send?.({ failure: String(error) }),
  );
});
