import { parentPort, threadId } from 'node:worker_threads';
import { packError, type Report, type Request } from '../../../src/storage/sqlite/wire.ts';

/** What the test's worker can do. */
export const operations = {
  /** Which thread it is. */
  thread: (_db: unknown, _args: null): number => threadId,
  echo: (_db: unknown, value: string): string => value,
  take: (_db: unknown, _args: unknown): null => null,
  die: (_db: unknown, _args: null): never => process.exit(1),
  crash: (_db: unknown, _args: null): never => {
    throw new Error('A fault of its own.');
  },
};

const report = (message: Report): void => parentPort?.postMessage(message);

parentPort?.on('message', (request: Request) => {
  if (request.kind === 'close') {
    parentPort?.close();
    return;
  }
  const { id, name, args } = request;
  if (name === 'crash') setImmediate(operations.crash, null, null);
  else if (name === 'die') operations.die(null, null);
  else if (name === 'echo' && typeof args === 'string') {
    report({ kind: 'answers', answers: [{ id, kind: 'done', value: operations.echo(null, args) }] });
  } else if (name === 'thread') {
    report({ kind: 'answers', answers: [{ id, kind: 'done', value: operations.thread(null, null) }] });
  } else report({ kind: 'answers', answers: [{ id, kind: 'failed', error: packError(new Error('No.')) }] });
});
report({ kind: 'ready' });
