import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readLines, type Line } from '../../src/importing/lines.ts';
import { all, cut } from './chunks.ts';

async function linesOf(content: string | Buffer, { size = 7, limit = 100 } = {}): Promise<Line[]> {
  return await all(readLines(cut(Buffer.from(content), size), limit));
}

function told(line: Line): string {
  return `${line.line} ${line.kind === 'text' ? line.text : line.reason}`;
}

test('lines are the same wherever the bytes are cut', async () => {
  const content = 'one\n\n  \r\ntwo “é” 🧵\r\nthree';
  for (let size = 1; size < 12; size += 1) {
    assert.deepEqual((await linesOf(content, { size })).map(told), ['1 one', '4 two “é” 🧵', '5 three']);
  }
});

test('the place of a line leads back to its bytes', async () => {
  const bytes = Buffer.from('\uFEFFone\r\n\n“two”\nthree\n');
  for (const line of await linesOf(bytes)) {
    const found = bytes.subarray(line.offset, line.offset + line.length).toString();
    assert.equal(line.kind === 'text' ? line.text : '', found);
  }
});

test('a line that is too long is told with its size and costs that line alone', async () => {
  const content = `one\n${'x'.repeat(5_000_000)}\nthree`;
  const found = await linesOf(content, { size: 65_536, limit: 2_097_152 });
  assert.deepEqual(found.map(told), ['1 one', '2 has 4.8 MB; a line may have at most 2 MB', '3 three']);
});

test('a file without line ends is told as too long, not held', async () => {
  let given = 0;
  async function* endless(): AsyncGenerator<Buffer> {
    for (; given < 200; given += 1) yield await Promise.resolve(Buffer.alloc(1_048_576, 'x'));
  }
  const found = await all(readLines(endless()));
  assert.deepEqual(found.map(told), ['1 has 200 MB; a line may have at most 8 MB']);
});

test('a line that is not UTF-8 is told, not mangled', async () => {
  const content = Buffer.concat([Buffer.from('one\n'), Buffer.from([0x63, 0xe9, 0x0a]), Buffer.from('three')]);
  assert.deepEqual((await linesOf(content)).map(told), ['1 one', '2 is not UTF-8 text', '3 three']);
});
