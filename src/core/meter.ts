/** What one request cost, added up as it goes; ends in `extensions.cost`. */
export type Cost = {
  /** Requests to the storage engine: statements of SQLite, requests of Cosmos DB. */
  storageRequests: number;
  /** Request units charged by Cosmos DB. */
  requestUnits: number;
  /** Rows that SQLite gave back. */
  rowsRead: number;
  inputTokens: number;
  outputTokens: number;
  /** Wall-clock milliseconds by part: `storage`, `embedding`, `ranking`, `model`. Parts overlap when they run at once. */
  milliseconds: Record<string, number>;
};

export type Meter = {
  readonly cost: Readonly<Cost>;
  /** Counts requests to storage and what they gave or charged. */
  storage(used: { requests: number; rows?: number; requestUnits?: number }): void;
  tokens(used: { inputTokens: number; outputTokens: number }): void;
  /** Runs the work and adds its time to a part. */
  time<Result>(part: string, work: () => Promise<Result>): Promise<Result>;
};

/** A meter at zero. One per request; background work has its own. */
export function startMeter(): Meter {
  const cost: Cost = {
    storageRequests: 0,
    requestUnits: 0,
    rowsRead: 0,
    inputTokens: 0,
    outputTokens: 0,
    milliseconds: {},
  };
  return {
    cost,
    storage({ requests, rows = 0, requestUnits = 0 }) {
      cost.storageRequests += requests;
      cost.rowsRead += rows;
      cost.requestUnits += requestUnits;
    },
    tokens({ inputTokens, outputTokens }) {
      cost.inputTokens += inputTokens;
      cost.outputTokens += outputTokens;
    },
    async time(part, work) {
      const started = performance.now();
      try {
        return await work();
      } finally {
        cost.milliseconds[part] = (cost.milliseconds[part] ?? 0) + (performance.now() - started);
      }
    },
  };
}
