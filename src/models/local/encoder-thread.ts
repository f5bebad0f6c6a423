import { Worker } from 'node:worker_threads';

import { SkeinError } from '../../core/errors.ts';
import { nativeGate, shutGate } from './native-gate.ts';
import type { SentenceEncoder } from './sentence-encoder.ts';

/** A sentence encoder in a thread of its own: the caller's event loop stays free while it computes. */
export interface EncoderThread extends SentenceEncoder {
  /** Starts the thread, if it is not running, so that the first `encode` finds the model loaded. */
  warm(): void;
  /** Ends the thread when it is done with what it is computing. Who waits for that is rejected at once. */
  close(): Promise<void>;
}

// A batch takes some 20 ms and loading the model a third of a second; past this the thread hangs.
const PATIENCE_AT_EXIT = 5000;

type Waiting = {
  readonly resolve: (vectors: Float32Array<ArrayBuffer>) => void;
  readonly reject: (error: SkeinError) => void;
};

type Running = { readonly worker: Worker; waiting: Waiting | undefined };

const wasClosed = (): SkeinError => new SkeinError('UNAVAILABLE', 'The local embedder is closed.');

/** Takes the one who waits, after which the thread does not keep the process alive. */
function takeWaiting(thread: Running): Waiting | undefined {
  const { waiting } = thread;
  if (waiting === undefined) return undefined;
  thread.waiting = undefined;
  thread.worker.unref();
  return waiting;
}

/**
 * Makes the thread, which starts at the first use. One that dies rejects the call under way with UNAVAILABLE, and a new
 * one starts at the next.
 *
 * One call at a time: `encode` is refused while another is under way.
 * @param file the worker's module.
 * @param threads how many threads one computation may use.
 */
export function encoderThread(file: URL, threads: number): EncoderThread {
  let running: Running | undefined;
  let closed = false;

  const start = (): Running => {
    const gate = nativeGate();
    const worker = new Worker(file, {
      name: 'skein-embedder',
      workerData: { threads, gate },
      // Not the process's own flags: some of them (`--input-type`) no worker can start with.
      execArgv: [],
      // The thread makes little garbage; with room for more it would keep 20 MB of it (measured).
      resourceLimits: { maxYoungGenerationSizeMb: 4 },
    });
    const thread: Running = { worker, waiting: undefined };
    const shut = (): void => {
      shutGate(gate, PATIENCE_AT_EXIT);
    };
    let fault: unknown;
    process.once('exit', shut);
    worker.on('message', (vectors: Float32Array<ArrayBuffer>) => {
      takeWaiting(thread)?.resolve(vectors);
    });
    worker.on('error', (error: unknown) => {
      fault = error;
    });
    worker.on('exit', () => {
      process.removeListener('exit', shut);
      if (running === thread) running = undefined;
      const error = new SkeinError('UNAVAILABLE', 'The local embedder stopped; asked again, it starts anew.', {
        cause: fault,
      });
      takeWaiting(thread)?.reject(error);
    });
    // After the listeners: each of them makes the worker keep the process alive again.
    worker.unref();
    return thread;
  };

  return {
    warm() {
      if (!closed) running ??= start();
    },
    async encode(texts) {
      if (closed) throw wasClosed();
      const thread = (running ??= start());
      if (thread.waiting !== undefined) throw new Error('expected one call at a time, but another is under way');
      return new Promise((resolve, reject) => {
        thread.waiting = { resolve, reject };
        thread.worker.ref();
        thread.worker.postMessage(texts);
      });
    },
    async close() {
      closed = true;
      if (running === undefined) return;
      const { worker } = running;
      takeWaiting(running)?.reject(wasClosed());
      worker.ref();
      const exit = new Promise((resolve) => worker.once('exit', resolve));
      worker.postMessage(null);
      await exit;
    },
  };
}
