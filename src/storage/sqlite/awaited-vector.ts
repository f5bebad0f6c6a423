import type { ComingVector } from '../candidates.ts';

/**
 * A vector that a thread may be given while it is at work, and could not take a message: in memory that it shares with the
 * one that awaits it.
 */
export type AwaitedVector = { readonly model: string; readonly memory: SharedArrayBuffer };

/** At the beginning of the memory a number, ARRIVED once the components after it are there. */
const COMPONENTS = Int32Array.BYTES_PER_ELEMENT;
const ARRIVED = 1;

/** Memory that holds the vector once it has come; never, when it is not as long as was said, or does not come. */
export function awaitedVector({ model, dimensions, vector }: ComingVector): AwaitedVector {
  const memory = new SharedArrayBuffer(COMPONENTS + dimensions * Float32Array.BYTES_PER_ELEMENT);
  const put = (components: Float32Array): void => {
    if (components.length !== dimensions) return;
    new Float32Array(memory, COMPONENTS).set(components);
    Atomics.store(new Int32Array(memory, 0, 1), 0, ARRIVED);
  };
  // Who asked for the vector hears why it did not come.
  vector.then(put, () => undefined);
  return { model, memory };
}

/** The vector, if it has come by now. */
export function arrivedVector({ model, memory }: AwaitedVector): { model: string; vector: Float32Array } | null {
  if (Atomics.load(new Int32Array(memory, 0, 1), 0) !== ARRIVED) return null;
  return { model, vector: new Float32Array(memory, COMPONENTS) };
}
