import { parentPort } from 'node:worker_threads';

/* Stands in for `encoder-worker.ts`: it answers zeros, but the text 'crash' throws and the text 'exit' ends the thread. */
parentPort?.on('message', (texts: readonly string[] | null) => {
  if (texts === null) parentPort?.close();
  else if (texts.includes('crash')) throw new Error('as asked');
  else if (texts.includes('exit')) process.exit();
  else parentPort?.postMessage(new Float32Array(texts.length * 512));
});
