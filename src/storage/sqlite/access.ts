import type { DatabaseSync } from 'node:sqlite';
import { SkeinError } from '../../core/errors.ts';
import { giveWay } from '../../core/turns.ts';
import type { Call } from '../store.ts';
import { faultOf } from './faults.ts';
import type { ReadOperations } from './read-operations.ts';
import type { Tidying } from './tidying.ts';
import type { ArgsOf, ResultOf } from './wire.ts';
import type { WorkerClient } from './worker-client.ts';
import type { WriteOperations } from './write-operations.ts';

/** The ways to the file. Each counts as one storage request of the call, and its time as `storage`. */
export type Access = {
  /** The time by which expiry is judged, epoch milliseconds. */
  now(): number;
  /** A short read, on this thread, in a turn that has time for it. */
  read<Args, Result>(operation: (db: DatabaseSync, args: Args) => Result, args: Args, call: Call): Promise<Result>;
  /** A read that may take long, on the reader's thread. */
  scan<Name extends keyof ReadOperations>(
    name: Name,
    args: ArgsOf<ReadOperations, Name>,
    call: Call,
  ): Promise<ResultOf<ReadOperations, Name>>;
  /** The same on a thread of its own, which keeps vectors in memory: it does not wait for a scan, nor a scan for it. */
  scanVectors<Name extends keyof ReadOperations>(
    name: Name,
    args: ArgsOf<ReadOperations, Name>,
    call: Call,
  ): Promise<ResultOf<ReadOperations, Name>>;
  /**
   * A write. Once handed over it is not stopped: a caller that is told it failed must be able to rely on that.
   * @param moved memory among the arguments that is handed over rather than copied, and is not to be used afterwards
   */
  write<Name extends keyof WriteOperations>(
    name: Name,
    args: ArgsOf<WriteOperations, Name>,
    call: Call,
    moved?: readonly ArrayBuffer[],
  ): Promise<ResultOf<WriteOperations, Name>>;
};

type AccessOptions = {
  readonly db: DatabaseSync;
  readonly reader: WorkerClient<ReadOperations>;
  readonly vectorReader: WorkerClient<ReadOperations>;
  readonly writer: WorkerClient<WriteOperations>;
  readonly tidying: Tidying;
  readonly now: () => number;
};

export function accessTo({ db, reader, vectorReader, writer, tidying, now }: AccessOptions): Access {
  const counted = <Result>({ meter, signal }: Call, work: () => Promise<Result>): Promise<Result> => {
    signal?.throwIfAborted();
    meter.storage({ requests: 1 });
    return meter.time('storage', work);
  };
  return {
    now,
    async read(operation, args, call) {
      await giveWay();
      if (!db.isOpen) throw new SkeinError('UNAVAILABLE', 'The store is closed.');
      try {
        return await counted(call, () => Promise.try(operation, db, args));
      } catch (error) {
        throw faultOf(error);
      }
    },
    async scan(name, args, call) {
      return counted(call, () => reader.run(name, args, call));
    },
    async scanVectors(name, args, call) {
      return counted(call, () => vectorReader.run(name, args, call));
    },
    async write(name, args, call, moved = []) {
      tidying.defer();
      return counted(call, () => writer.run(name, args, { moved }));
    },
  };
}
