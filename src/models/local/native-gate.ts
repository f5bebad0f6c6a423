/*
 * A process that ends while one of its threads is inside native code aborts: the thread's JavaScript is stopped, and the
 * native code's next call into it throws where nothing catches (seen with onnxruntime-node 1.30, as "terminate called
 * after throwing an instance of 'Napi::Error'"). So the thread passes a gate on its way in and out, and a process about
 * to end shuts it: at once when the thread is outside, else as soon as it comes out.
 */

/** Memory that two threads share. */
export type NativeGate = Int32Array;

const OPEN = 0;
// Two bits: a gate is shut at once, while the one inside may still have to come out.
const INSIDE = 1;
const SHUT = 2;

/** A gate that is open. */
export function nativeGate(): NativeGate {
  return new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
}

/**
 * Runs what calls native code; one at a time to a gate. Once the gate is shut it does not run, and the promise never
 * settles: the thread is about to end.
 */
export async function insideGate<T>(gate: NativeGate, run: () => Promise<T>): Promise<T> {
  if (Atomics.compareExchange(gate, 0, OPEN, INSIDE) !== OPEN) return new Promise(() => undefined);
  try {
    return await run();
  } finally {
    Atomics.and(gate, 0, ~INSIDE);
    Atomics.notify(gate, 0);
  }
}

/** Shuts the gate. Blocks the calling thread while another is inside, for `patience` milliseconds at most. */
export function shutGate(gate: NativeGate, patience: number): void {
  const within = Atomics.or(gate, 0, SHUT) & INSIDE;
  // Nobody enters any more, so the next change is the one inside coming out.
  if (within !== 0) Atomics.wait(gate, 0, INSIDE | SHUT, patience);
}
