import assert from 'node:assert/strict';
import { test } from 'node:test';

import { bytes, embedded, float, integer, message, serialize, string } from '../../../src/models/local/protobuf.ts';
import type { Message } from '../../../src/models/local/protobuf.ts';

const hex = (value: Message): string => Buffer.from(serialize(value)).toString('hex');

test('the examples of the protobuf guide are written as the guide writes them', () => {
  assert.equal(hex(integer(1, 150)), '089601');
  assert.equal(hex(string(2, 'testing')), '120774657374696e67');
  assert.equal(hex(embedded(3, integer(1, 150))), '1a03089601');
});

test('a whole number beyond 32 bits keeps all its bits', () => {
  assert.equal(hex(integer(1, 2 ** 53 - 1)), '08ffffffffffffff0f');
  assert.equal(hex(integer(16, 2 ** 31)), '80018080808008');
});

test('a number that protobuf would write otherwise is refused', () => {
  for (const value of [-1, 1.5, 2 ** 53, Number.NaN]) assert.throws(() => integer(1, value), RangeError);
});

test('a float is four bytes, least first', () => {
  assert.equal(hex(float(2, 1)), '150000803f');
});

test('a message is its fields one after the other, and an empty one is nothing', () => {
  assert.equal(hex(message(integer(1, 1), bytes(2, Uint8Array.of(7)))), '0801120107');
  assert.equal(hex(message()), '');
});
