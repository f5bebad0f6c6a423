/**
 * Writes the protobuf wire format, as much of it as an ONNX model needs.
 * Source: https://protobuf.dev/programming-guides/encoding/
 *
 * A message is a list of chunks, joined once at the very end: weights of megabytes are never copied on the way.
 */
export type Message = { readonly chunks: readonly Uint8Array[]; readonly byteLength: number };

const VARINT = 0;
const LENGTH_DELIMITED = 2;
const FIXED_32_BITS = 5;

const utf8 = new TextEncoder();

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  // Division, not shifts: a length may pass 2^31, where shifts turn negative.
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
  return Uint8Array.from(bytes);
}

function key(field: number, wireType: number): Uint8Array {
  return varint(field * 8 + wireType);
}

/** The fields of a message, one after the other. */
export function message(...fields: readonly Message[]): Message {
  return {
    chunks: fields.flatMap((field) => field.chunks),
    byteLength: fields.reduce((total, field) => total + field.byteLength, 0),
  };
}

function field(...chunks: readonly Uint8Array[]): Message {
  return { chunks, byteLength: chunks.reduce((total, chunk) => total + chunk.byteLength, 0) };
}

/** A field of a whole number, 0 to 2^53 - 1 (an int32, int64 or enum that is not negative). */
export function integer(number: number, value: number): Message {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new RangeError(`expected a whole number that is not negative, but got ${String(value)}`);
  }
  return field(key(number, VARINT), varint(value));
}

/** A `float` field: 4 bytes, little-endian. */
export function float(number: number, value: number): Message {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return field(key(number, FIXED_32_BITS), bytes);
}

/** A `bytes` field. The array is kept, not copied, until `serialize`. */
export function bytes(number: number, value: Uint8Array): Message {
  return field(key(number, LENGTH_DELIMITED), varint(value.byteLength), value);
}

/** A `string` field. */
export function string(number: number, value: string): Message {
  return bytes(number, utf8.encode(value));
}

/** A field that holds another message. */
export function embedded(number: number, value: Message): Message {
  return message(field(key(number, LENGTH_DELIMITED), varint(value.byteLength)), value);
}

/** The message as one array of bytes. */
export function serialize(value: Message): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(value.byteLength);
  let offset = 0;
  for (const chunk of value.chunks) {
    joined.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return joined;
}
