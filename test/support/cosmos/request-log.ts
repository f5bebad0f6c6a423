import type { OperationName } from './operations.ts';

/** A request that the emulator answered, or meant to. */
export type RequestRecord = {
  readonly operation: OperationName;
  /** Whether it was about the account, a container or a query plan, and not about items. */
  readonly metadata: boolean;
  readonly region: string;
  /** The link of the resource: `dbs/chat/colls/threads/docs/1`. */
  readonly resource: string;
  /** The HTTP status; 0 when the connection was reset or left hanging. */
  readonly status: number;
  readonly substatus: number;
  readonly charge: number;
  readonly query?: string;
  readonly parameters?: unknown;
  /** The partition key header, as sent. */
  readonly partitionKey?: string;
  readonly rangeId?: string;
  /** The session token, as sent. */
  readonly sessionToken?: string;
  /** Items in the answer of a query or change feed; operations of a batch. */
  readonly itemCount?: number;
  readonly requestBytes: number;
  readonly responseBytes: number;
};

/** The requests so far. */
export type RequestLog = {
  /** Requests for data, oldest first. */
  readonly data: RequestRecord[];
  /** All requests, oldest first. */
  readonly all: RequestRecord[];
  add(record: RequestRecord): void;
  clear(): void;
};

/** Makes an empty log. */
export function requestLog(): RequestLog {
  const data: RequestRecord[] = [];
  const all: RequestRecord[] = [];
  return {
    data,
    all,
    add: (record) => {
      all.push(record);
      if (!record.metadata) data.push(record);
    },
    clear: () => {
      data.length = 0;
      all.length = 0;
    },
  };
}
