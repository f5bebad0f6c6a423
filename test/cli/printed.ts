import { Writable } from 'node:stream';
import type { Output } from '../../src/cli/progress.ts';

/** An output that remembers what was printed; a terminal where it says so. */
export function printed(terminal: { isTTY?: boolean; columns?: number } = {}): Output & { text(): string } {
  let text = '';
  const stream = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk);
      done();
    },
  });
  return Object.assign(stream, terminal, { text: () => text });
}
