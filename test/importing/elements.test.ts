import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readElements, type Element } from '../../src/importing/elements.ts';
import { all, cut } from './chunks.ts';

type Options = { size?: number; limit?: number; shape?: 'array' | 'sequence' };

async function elementsOf(content: string | Buffer, { size = 5, limit = 1000, shape = 'array' }: Options = {}) {
  return await all(readElements(cut(Buffer.from(content), size), { shape, limit }));
}

function told(element: Element): string {
  return element.kind === 'value' ? JSON.stringify(element.value) : `! ${element.reason}`;
}

const AWKWARD = [
  { text: 'brackets ]}[{ and a quote " and a backslash \\' },
  { nested: [[1, [2]], { a: { b: [] } }] },
  'a string, with a comma',
  12.5,
  null,
  [],
  {},
  { text: '“é” 🧵 \\" \\\\' },
];

test('the values of an array are the same wherever the bytes are cut', async () => {
  for (const content of [JSON.stringify(AWKWARD), `\uFEFF\n ${JSON.stringify(AWKWARD, null, 2)}\n`]) {
    for (let size = 1; size < 20; size += 1) {
      const found = await elementsOf(content, { size });
      assert.deepEqual(
        found.map((element) => (element.kind === 'value' ? element.value : element)),
        AWKWARD,
      );
    }
  }
});

test('a value is placed by its number, line and byte', async () => {
  const content = '[\n  {"a":1},\n\n  {"b":2}\n]';
  const found = await elementsOf(content);
  assert.deepEqual(
    found.map(({ index, line, offset }) => ({ index, line, offset })),
    [
      { index: 1, line: 2, offset: 4 },
      { index: 2, line: 4, offset: content.indexOf('{"b"') },
    ],
  );
});

test('a value that is not JSON costs that value alone', async () => {
  const found = await elementsOf('[{"a":1}, {"b":NaN,}, {"c":3}, }, {"d":4}]');
  assert.deepEqual(found.map(told), [
    '{"a":1}',
    `! is not JSON: Unexpected token 'N', "{"b":NaN,}" is not valid JSON`,
    '{"c":3}',
    `! is not JSON: Unexpected token '}', "}" is not valid JSON`,
    '{"d":4}',
  ]);
});

test('a value that is too long is told with its size and costs that value alone', async () => {
  const content = `[{"a":1},{"b":"${'x'.repeat(3_000_000)}"},{"c":3}]`;
  const found = await elementsOf(content, { size: 65_536, limit: 1_048_576 });
  assert.deepEqual(found.map(told), ['{"a":1}', '! has 2.9 MB; one conversation may have at most 1 MB', '{"c":3}']);
});

test('a file that is cut short gives what is whole and says where it breaks off', async () => {
  const inside = await elementsOf('[{"a":1},{"b":[2,"x');
  assert.deepEqual(inside.map(told), [
    '{"a":1}',
    '! does not end: the file is cut short, or a bracket or quote is missing in it',
  ]);
  for (const between of ['[{"a":1},', '[{"a":1}', '[{"a":1} ']) {
    assert.deepEqual((await elementsOf(between)).map(told), ['{"a":1}', '! is missing: the file is cut short']);
  }
});

test('an empty array has no values', async () => {
  assert.deepEqual(await elementsOf('[ ]'), []);
});

test('a sequence gives the objects that follow each other', async () => {
  const found = await elementsOf('{"a":{"b":"}"}}\n\n{"c":[1]} {"d":4}{"e":5}', { shape: 'sequence' });
  assert.deepEqual(found.map(told), ['{"a":{"b":"}"}}', '{"c":[1]}', '{"d":4}', '{"e":5}']);
});
