import { readFileSync } from 'node:fs';

/** Memory that compiled code works in; `buffer` is another one after it has grown. */
export type Memory = { readonly buffer: ArrayBuffer; grow(pages: number): number };

/**
 * Counts the bits in which rows differ from others: `count` rows of `chunks` × `CHUNK_BYTES` bytes, from byte `rows` of
 * the memory on, each compared with the bytes at `wanted`; 16-bit numbers from byte `out` on.
 */
type Distances = (rows: number, count: number, wanted: number, chunks: number, out: number) => void;

/** Bytes that are compared at once; rows are as long as a multiple of it. */
export const CHUNK_BYTES = 16;

/** Bytes by which memory grows. */
export const PAGE_BYTES = 65_536;

/** What is used of the WebAssembly of Node, for which its types come only with those of a browser. */
declare const WebAssembly: {
  readonly Memory: new (size: { initial: number }) => Memory;
  readonly Module: new (code: Uint8Array) => object;
  /** Its exports are those of `hamming.wat`. */
  readonly Instance: new (module: object, imports: object) => { readonly exports: { readonly distances: Distances } };
};

let compiled: object | undefined;

export function newMemory(): Memory {
  return new WebAssembly.Memory({ initial: 1 });
}

/** `hamming.wat`, over a memory. */
export function distancesOver(memory: Memory): Distances {
  compiled ??= new WebAssembly.Module(readFileSync(new URL('./hamming.wasm', import.meta.url)));
  return new WebAssembly.Instance(compiled, { skein: { memory } }).exports.distances;
}
