import type { Operation } from './access.ts';
import { jsonBytes } from './packing.ts';

/** The most that a batch may have: operations, and bytes with room for what the SDK puts around them. */
const MOST_OPERATIONS = 100;
const MOST_BYTES = 1_950_000;

export function fitsBatch(operations: readonly Operation[]): boolean {
  return operations.length <= MOST_OPERATIONS && bytesOf(operations) <= MOST_BYTES;
}

/** Cuts operations into batches that Cosmos DB takes, in order. */
export function inBatches(operations: readonly Operation[]): Operation[][] {
  const batches: Operation[][] = [];
  let bytes = 0;
  for (const operation of operations) {
    const more = bytesOf([operation]);
    const last = batches.at(-1);
    if (last === undefined || last.length === MOST_OPERATIONS || bytes + more > MOST_BYTES) {
      batches.push([operation]);
      bytes = more;
    } else {
      last.push(operation);
      bytes += more;
    }
  }
  return batches;
}

function bytesOf(operations: readonly Operation[]): number {
  return operations.reduce((bytes, operation) => bytes + jsonBytes(operation), 0);
}
