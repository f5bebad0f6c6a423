import { parseThreadId } from '../../../src/core/ids.ts';
import { openSqlite } from '../../../src/storage/sqlite/engine.ts';
import { aCall, aMessage, aScope, aThread } from '../../support/builders.ts';

/** The thread that it appends to. */
const THREAD = parseThreadId('01234567-89ab-7cde-8f01-23456789abcd');

const [path, what] = process.argv.slice(2);
if (path === undefined || THREAD === null) throw new Error('A path is needed.');
const engine = await openSqlite({ path }).catch((error: unknown) => {
  console.log(`refused: ${String(error)}`);
  process.exit(1);
});
const { thread } = await engine.threads.create(aScope(), aThread({ id: THREAD }), aCall());
console.log('open');
if (what === 'append') {
  for (let writer = 0; writer < 8; writer += 1) {
    void (async () => {
      for (let turn = 0; ; turn += 1) {
        const content = `${String(process.pid)} ${String(writer)} ${String(turn)}`;
        await engine.messages.append(aScope(), thread.id, [aMessage({ content })], aCall());
        // In one write a line, so that a line that is out was acknowledged, whole.
        process.stdout.write(`${content}\n`);
      }
    })();
  }
}
