const MASK = 0xffffffffffffffffn;
const C1 = 0x87c37b91114253d5n;
const C2 = 0x4cf5ad432745937fn;

/**
 * MurmurHash3 x64 128 with seed 0: the hash behind Cosmos DB's effective partition keys (version 2 and
 * hierarchical). Gives the two 64-bit halves.
 */
export function murmurHash3(bytes: Uint8Array): readonly [bigint, bigint] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const wholeBlocks = bytes.length - (bytes.length % 16);
  let first = 0n;
  let second = 0n;
  for (let offset = 0; offset < wholeBlocks; offset += 16) {
    first ^= mixFirst(view.getBigUint64(offset, true));
    first = (rotate(first, 27n) + second) & MASK;
    first = (first * 5n + 0x52dce729n) & MASK;
    second ^= mixSecond(view.getBigUint64(offset + 8, true));
    second = (rotate(second, 31n) + first) & MASK;
    second = (second * 5n + 0x38495ab5n) & MASK;
  }
  const tail = bytes.subarray(wholeBlocks);
  if (tail.length > 8) second ^= mixSecond(littleEndian(tail.subarray(8)));
  if (tail.length > 0) first ^= mixFirst(littleEndian(tail.subarray(0, 8)));

  const length = BigInt(bytes.length);
  first ^= length;
  second ^= length;
  first = (first + second) & MASK;
  second = (second + first) & MASK;
  first = finalMix(first);
  second = finalMix(second);
  first = (first + second) & MASK;
  second = (second + first) & MASK;
  return [first, second];
}

function mixFirst(word: bigint): bigint {
  return (rotate((word * C1) & MASK, 31n) * C2) & MASK;
}

function mixSecond(word: bigint): bigint {
  return (rotate((word * C2) & MASK, 33n) * C1) & MASK;
}

function rotate(word: bigint, bits: bigint): bigint {
  return ((word << bits) | (word >> (64n - bits))) & MASK;
}

function finalMix(word: bigint): bigint {
  let mixed = word ^ (word >> 33n);
  mixed = (mixed * 0xff51afd7ed558ccdn) & MASK;
  mixed ^= mixed >> 33n;
  mixed = (mixed * 0xc4ceb9fe1a85ec53n) & MASK;
  return mixed ^ (mixed >> 33n);
}

function littleEndian(bytes: Uint8Array): bigint {
  return bytes.reduceRight((word, byte) => (word << 8n) | BigInt(byte), 0n);
}
