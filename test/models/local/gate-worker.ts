import { parentPort, workerData } from 'node:worker_threads';
import { z } from 'zod';

import { insideGate } from '../../../src/models/local/native-gate.ts';

/* Goes through the gate it is given, stays long enough for others to try to shut it, and then tries to enter again. */
const { gate, log } = z.object({ gate: z.instanceof(Int32Array), log: z.instanceof(Int32Array) }).parse(workerData);

await insideGate(gate, async () => {
  parentPort?.postMessage('inside');
  // As native code does: it gives the event loop no turn.
  Atomics.wait(log, 0, 0, 50);
  Atomics.store(log, 0, 1);
  return Promise.resolve();
});
void insideGate(gate, () => {
  Atomics.store(log, 1, 1);
  return Promise.resolve();
});
parentPort?.postMessage('tried again');
