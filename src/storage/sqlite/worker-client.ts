import { Worker } from 'node:worker_threads';
import { SkeinError } from '../../core/errors.ts';
import {
  resultOf,
  unpackError,
  type Answer,
  type ArgsOf,
  type Operations,
  type Report,
  type Request,
  type ResultOf,
  type StartData,
} from './wire.ts';

/** The calling side of a worker thread that runs operations on a connection of its own. */
export type WorkerClient<Ops extends Operations> = {
  /**
   * Resolves with what the operation gave: a write once it is on the disk.
   * @param options.signal rejects the caller with its reason; an operation that waits for its turn is then never run
   * @param options.moved memory among the arguments that is handed over rather than copied
   * @throws SkeinError UNAVAILABLE when the thread died under way; it is started again
   */
  run<Name extends keyof Ops & string>(
    name: Name,
    args: ArgsOf<Ops, Name>,
    options?: { readonly signal?: AbortSignal; readonly moved?: readonly ArrayBuffer[] },
  ): Promise<ResultOf<Ops, Name>>;
  /** Resolves when the connection is open. @throws why it cannot be opened */
  ready(): Promise<void>;
  /** Runs what was asked for, then ends the thread. Safe to call twice. */
  close(): Promise<void>;
};

type WorkerOptions = {
  /** The file that the thread runs. */
  readonly file: URL;
  readonly data: StartData;
  /** Whether the thread is started by the first operation, rather than now. */
  readonly whenNeeded?: boolean;
  /** How many operations are handed over before the first is answered; the rest wait here. */
  readonly atOnce: number;
  /** Told when the thread dies of something unforeseen. */
  readonly onDeath: (error: Error) => void;
};

type Job = {
  readonly name: string;
  readonly args: unknown;
  readonly moved: readonly ArrayBuffer[];
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
};

type Thread = {
  readonly worker: Worker;
  readonly ready: Promise<undefined>;
  readonly ended: Promise<void>;
};

/** Starts a worker thread and gives its calling side. */
export function startWorker<Ops extends Operations>(options: WorkerOptions): WorkerClient<Ops> {
  const queued = new Set<Job>();
  const underWay = new Map<number, Job>();
  let lastId = 0;
  let closing: Promise<void> | null = null;
  let onIdle: () => void = () => {};
  let thread: Thread | null = options.whenNeeded === true ? null : start();

  function start(): Thread {
    const worker = new Worker(options.file, { workerData: options.data });
    const ready = Promise.withResolvers<undefined>();
    // Whoever awaits it hears of it; nobody has to.
    ready.promise.catch(() => {});
    let died: Error | null = null;
    worker.on('message', (report: Report) => {
      if (report.kind === 'ready') ready.resolve(undefined);
      else if (report.kind === 'unfit') ready.reject((died = unpackError(report.error)));
      else settle(report.answers);
    });
    worker.on('error', (error: Error) => {
      died = error;
      options.onDeath(error);
    });
    const ended = new Promise<void>((resolve) => {
      worker.once('exit', () => {
        thread = null;
        const reason = died ?? new SkeinError('UNAVAILABLE', 'The storage thread has ended.');
        ready.reject(reason);
        abandon(reason);
        resolve();
      });
    });
    return { worker, ready: ready.promise, ended };
  }

  /** What the thread held is lost with it: the caller cannot know whether a write was done, and may repeat it. */
  function abandon(reason: Error): void {
    const error =
      reason instanceof SkeinError
        ? reason
        : new SkeinError('UNAVAILABLE', 'The storage thread failed; repeat the call.', {
            cause: reason,
            retryAfterMs: 500,
          });
    const lost = [...underWay.values()];
    underWay.clear();
    for (const job of lost) job.reject(error);
    advance();
  }

  function settle(answers: readonly Answer[]): void {
    for (const answer of answers) {
      const job = underWay.get(answer.id);
      underWay.delete(answer.id);
      if (answer.kind === 'done') job?.resolve(answer.value);
      else job?.reject(unpackError(answer.error));
    }
    advance();
  }

  function advance(): void {
    for (const job of queued) {
      if (underWay.size >= options.atOnce) return;
      queued.delete(job);
      lastId += 1;
      underWay.set(lastId, job);
      thread ??= start();
      try {
        send({ kind: 'run', id: lastId, name: job.name, args: job.args }, job.moved);
      } catch (error) {
        // What cannot be cloned never reaches the thread: nothing would answer for it.
        underWay.delete(lastId);
        job.reject(error);
      }
    }
    if (underWay.size === 0) onIdle();
  }

  function send(request: Request, moved: readonly ArrayBuffer[] = []): void {
    thread?.worker.postMessage(request, moved);
  }

  async function finish(): Promise<void> {
    if (queued.size + underWay.size > 0) {
      const idle = Promise.withResolvers<undefined>();
      onIdle = () => {
        idle.resolve(undefined);
      };
      await idle.promise;
    }
    if (thread === null) return;
    const { ended } = thread;
    send({ kind: 'close' });
    await ended;
  }

  return {
    run(name, args, { signal, moved = [] } = {}) {
      return new Promise<ResultOf<Ops, typeof name>>((resolve, reject) => {
        signal?.throwIfAborted();
        if (closing !== null) throw new SkeinError('UNAVAILABLE', 'The store is closed.');
        const release = (): void => {
          signal?.removeEventListener('abort', stop);
        };
        const job: Job = {
          name,
          args,
          moved,
          resolve(value) {
            release();
            resolve(resultOf<Ops, typeof name>(name, value));
          },
          reject(error) {
            release();
            reject(error instanceof Error ? error : new Error(String(error)));
          },
        };
        const stop = (): void => {
          queued.delete(job);
          job.reject(signal?.reason);
        };
        signal?.addEventListener('abort', stop);
        queued.add(job);
        advance();
      });
    },
    async ready() {
      thread ??= start();
      await thread.ready;
    },
    close() {
      closing ??= finish();
      return closing;
    },
  };
}
