import { parentPort, workerData } from 'node:worker_threads';
import { z } from 'zod';

import { lowerThreadPriority } from '../../core/thread-priority.ts';
import { insideGate } from './native-gate.ts';

/*
 * The thread that computes. It loads the model at once; then each message is a list of texts, and its answer their
 * vectors in one array. The message `null` ends it. So does a fault: `encoder-thread.ts` tells who waits.
 */
const { threads, gate } = z.object({ threads: z.int().positive(), gate: z.instanceof(Int32Array) }).parse(workerData);

/** Embedding a backlog takes all of a processor, for as long as there is one. */
const NICENESS = 10;

lowerThreadPriority(NICENESS);

const port = parentPort;
if (port === null) throw new Error('encoder-worker.ts runs as a worker thread only');

// Imported inside the gate, for the import runs native code, too.
const encoder = await insideGate(gate, async () => {
  const { loadSentenceEncoder } = await import('./sentence-encoder.ts');
  return loadSentenceEncoder(threads);
});

port.on('message', (texts: readonly string[] | null) => {
  if (texts === null) {
    port.close();
    return;
  }
  void insideGate(gate, () => encoder.encode(texts)).then((vectors) => {
    port.postMessage(vectors, [vectors.buffer]);
  });
});
